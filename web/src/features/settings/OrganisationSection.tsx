import { Autocomplete, Button, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/api/client";
import { queryClient } from "@/api/queryClient";
import { useMay, useMe } from "@/features/session/queries";
import { longDay } from "@/ui/dates";
import { decimal } from "@/ui/money";
import { Panel } from "@/ui/Panel";
import { Notice, ProblemNotice } from "@/ui/States";
import s from "./settings.module.css";

const CURRENCIES = [
  "USD",
  "EUR",
  "GBP",
  "CHF",
  "CAD",
  "AUD",
  "JPY",
  "SEK",
  "NOK",
  "DKK",
  "PLN",
  "INR",
  "BRL",
];

export function OrganisationSection() {
  const me = useMe();
  const may = useMay("admin");
  const [name, setName] = useState(me.org.name);
  const [currency, setCurrency] = useState(me.org.reporting_currency);
  const save = useMutation({
    mutationFn: () =>
      unwrap(api.PATCH("/api/v1/orgs/me", { body: { name: name.trim(), reporting_currency: currency } })),
    onSuccess: () => {
      void queryClient.invalidateQueries();
      notifications.show({ message: "The organisation is saved." });
    },
  });
  const changed = name.trim() !== me.org.name || currency !== me.org.reporting_currency;
  const foreign = me.data?.currencies.filter((code) => code !== currency) ?? [];
  return (
    <>
      <Panel title="Organisation">
        <form
          className={s.form}
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate();
          }}
        >
          <TextInput
            label="Name"
            readOnly={!may}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Autocomplete
            label="Reporting currency"
            description="Charges keep the currency they were billed in; reports are shown in this one."
            readOnly={!may}
            data={[...new Set([...(me.data?.currencies ?? []), ...CURRENCIES])]}
            value={currency}
            onChange={(value) => setCurrency(value.toUpperCase())}
          />
          {foreign.length > 0 && currency !== me.org.reporting_currency && (
            <Notice tone="warn" title={`Rates from ${foreign.join(", ")} into ${currency} are needed`}>
              Import them under Exchange rates; a figure without its rate is shown as unknown, not as zero.
            </Notice>
          )}
          {save.error && <ProblemNotice error={save.error} />}
          {may && (
            <div>
              <Button
                type="submit"
                loading={save.isPending}
                disabled={!changed || name.trim() === "" || currency.length < 3}
              >
                Save
              </Button>
            </div>
          )}
        </form>
      </Panel>
      <Panel title="What it holds">
        <dl className={s.facts}>
          <div>
            <dt>Line items</dt>
            <dd className="num">{me.data ? decimal(me.data.charges) : "none"}</dd>
          </div>
          <div>
            <dt>Days</dt>
            <dd>{me.data ? `${longDay(me.data.first_day)} – ${longDay(me.data.last_day)}` : "–"}</dd>
          </div>
          <div>
            <dt>Billed in</dt>
            <dd>{me.data?.currencies.join(", ") || "–"}</dd>
          </div>
          <div>
            <dt>Version</dt>
            <dd className="num">{me.version}</dd>
          </div>
        </dl>
      </Panel>
    </>
  );
}
