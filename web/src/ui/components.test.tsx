import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { expect, it, vi } from "vitest";
import { ProblemError } from "@/api/problem";
import type { Computed } from "@/api/types";
import { IncomparableBecause } from "./comparison";
import { Delta, MoneyDelta } from "./Delta";
import { Explain } from "./Explain";
import { FigureMoney, Money } from "./Money";
import { ErrorState } from "./States";

function show(children: ReactNode) {
  return render(<MantineProvider env="test">{children}</MantineProvider>);
}

const computed: Computed = {
  formula: "Σ EffectiveCost over 18,204 charges",
  charges: 18204,
  source: "rollup",
  data_until: "2026-11-22",
  loaded_at: "2026-11-23T05:12:00Z",
  snapshot: "812",
  currencies: ["USD", "EUR"],
  rates: [{ currency: "EUR", period: "2026-11-01", rate: "1.0841" }],
};

it("a figure opens how it is computed, down to the line items", async () => {
  const items = vi.fn();
  show(
    <Explain title="Effective cost" computed={computed} onLineItems={items}>
      <Money amount="182340.118240037" currency="USD" shape="compact" />
    </Explain>,
  );
  await userEvent.click(screen.getByRole("button", { name: /how is this computed/ }));
  expect(await screen.findByText(computed.formula)).toBeVisible();
  expect(screen.getByText("18,204")).toBeVisible();
  expect(screen.getByText(/1 EUR = 1.0841/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: /line items/ }));
  expect(items).toHaveBeenCalledOnce();
});

it("a missing figure is a dash with its reason, never a zero", () => {
  show(
    <FigureMoney
      figure={{ amount: null, currency: "USD", missing_rates: [{ currency: "EUR", period: "2026-10-01" }] }}
    />,
  );
  expect(screen.getByText("–")).toBeVisible();
  expect(screen.getByText(/EUR in Oct 2026/)).toBeInTheDocument();
  expect(screen.queryByText(/0\.00/)).toBeNull();
});

it("a change says its direction in words, sign and arrow", () => {
  show(<Delta share={0.0139} />);
  expect(screen.getByText(/\+1\.4%/)).toBeVisible();
  expect(screen.getByText("more")).toBeInTheDocument();
});

it("an error shows what happened, how to go on, and the id to copy", async () => {
  const retry = vi.fn();
  show(
    <ErrorState
      error={
        new ProblemError({
          type: "urn:cco:x",
          title: "The lake is busy",
          status: 503,
          detail: "Another load is being committed.",
          code: "busy",
          remedy: "Try again in a moment.",
          correlation_id: "c-42",
          fields: [],
        })
      }
      retry={retry}
    />,
  );
  expect(screen.getByRole("alert")).toHaveTextContent(
    "Another load is being committed. Try again in a moment.",
  );
  expect(screen.getByText("c-42")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(retry).toHaveBeenCalledOnce();
});

it("a change against days without bills is not shown", () => {
  show(
    <IncomparableBecause value="Not compared: the first bill is of Nov 1, 2025.">
      <Delta share={11.4} />
      <MoneyDelta change="1824000" currency="USD" />
    </IncomparableBecause>,
  );
  expect(screen.queryByText(/1,140/)).toBeNull();
  expect(screen.getAllByText(/first bill is of Nov 1, 2025/)).toHaveLength(2);
});
