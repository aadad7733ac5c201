import { ActionIcon, Button, FileButton, Skeleton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconArrowsExchange, IconDownload, IconTrash, IconUpload } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { fetchAuthorised, save } from "@/api/client";
import { queryClient } from "@/api/queryClient";
import type { Rates } from "@/api/types";
import { stringifySearch } from "@/features/scope/search";
import { useMay } from "@/features/session/queries";
import { monthLabel } from "@/ui/dates";
import { Panel } from "@/ui/Panel";
import { EmptyState, ErrorState, ProblemNotice } from "@/ui/States";
import { ratesQuery } from "./queries";
import s from "./settings.module.css";

function template(rates: Rates | undefined): void {
  const lines = rates?.rates.length
    ? rates.rates.map((rate) => `${rate.currency},${rate.period.slice(0, 7)},${rate.rate}`)
    : ["EUR,2026-10,1.0841", "GBP,2026-10,1.2710"];
  save(new Blob([["currency,period,rate", ...lines, ""].join("\n")], { type: "text/csv" }), "rates.csv");
}

export function RatesSection() {
  const may = useMay("admin");
  const rates = useQuery(ratesQuery);
  const put = useMutation({
    mutationFn: async (file: File) => {
      const response = await fetchAuthorised("/api/v1/orgs/me/rates", {
        method: "PUT",
        headers: { "Content-Type": "text/csv; charset=utf-8" },
        body: await file.text(),
      });
      return (await response.json()) as { imported: number };
    },
    onSuccess: ({ imported }) => {
      void queryClient.invalidateQueries();
      notifications.show({ message: `${imported} exchange rates imported.` });
    },
  });
  const remove = useMutation({
    mutationFn: (rate: { currency: string; period: string }) =>
      fetchAuthorised(`/api/v1/orgs/me/rates${stringifySearch(rate)}`, { method: "DELETE" }),
    onSuccess: () => void queryClient.invalidateQueries(),
  });
  const currency = rates.data?.reporting_currency ?? "";
  return (
    <Panel
      title="Exchange rates"
      note={currency && `into ${currency}, one for each billing month`}
      actions={
        <>
          <Button
            variant="default"
            leftSection={<IconDownload size={15} />}
            onClick={() => template(rates.data)}
          >
            {rates.data?.rates.length ? "Download" : "Template"}
          </Button>
          {may && (
            <FileButton accept=".csv,text/csv" onChange={(file) => file && put.mutate(file)}>
              {(props) => (
                <Button {...props} leftSection={<IconUpload size={15} />} loading={put.isPending}>
                  Import CSV
                </Button>
              )}
            </FileButton>
          )}
        </>
      }
    >
      {put.error && (
        <div style={{ marginBottom: 12 }}>
          <ProblemNotice error={put.error} />
        </div>
      )}
      {remove.error && <ProblemNotice error={remove.error} />}
      {rates.error ? (
        <ErrorState small error={rates.error} retry={() => void rates.refetch()} />
      ) : !rates.data ? (
        <Skeleton h={120} />
      ) : rates.data.rates.length === 0 ? (
        <EmptyState small icon={<IconArrowsExchange size={20} />} title="No rates yet">
          They are needed only where bills come in another currency than {currency}. Import a CSV with the
          columns currency, period and rate.
        </EmptyState>
      ) : (
        <table className={s.table}>
          <thead>
            <tr>
              <th scope="col">Billing month</th>
              <th scope="col">Rate</th>
              {may && (
                <th scope="col">
                  <span className="sr">Remove</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rates.data.rates.map((rate) => (
              <tr key={`${rate.currency}${rate.period}`}>
                <td>{monthLabel(rate.period)}</td>
                <td className="num">
                  1 {rate.currency} = {rate.rate} {currency}
                </td>
                {may && (
                  <td>
                    <ActionIcon
                      aria-label={`Remove the rate of ${rate.currency} in ${monthLabel(rate.period)}`}
                      onClick={() => remove.mutate({ currency: rate.currency, period: rate.period })}
                    >
                      <IconTrash size={16} />
                    </ActionIcon>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
