import { ActionIcon, Button, Drawer, Menu, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconCoin, IconFilterPlus, IconX } from "@tabler/icons-react";
import { useMe } from "@/features/session/queries";
import { instant, longDay, shortDay, windowLabel } from "@/ui/dates";
import { FilterChip, NewFilter } from "./FilterChips";
import { replaceAt } from "./filters";
import { COST_KIND_TEXT, COST_KINDS } from "./scope";
import s from "./scope.module.css";
import { useScope, useSetScope } from "./useScope";
import { WindowPicker } from "./WindowPicker";

function CostKindMenu() {
  const { cost } = useScope();
  const { patch } = useSetScope();
  return (
    <Menu width={340} position="bottom-start">
      <Menu.Target>
        <Button
          variant="default"
          className={s.control}
          leftSection={<IconCoin size={15} />}
          aria-label={`Cost kind: ${COST_KIND_TEXT[cost].label}`}
        >
          {COST_KIND_TEXT[cost].label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {COST_KINDS.map((kind) => (
          <Menu.Item
            key={kind}
            data-current={kind === cost}
            className={s.kind}
            onClick={() => void patch({ cost: kind === "effective" ? undefined : kind })}
          >
            <span className={s.kindName}>{COST_KIND_TEXT[kind].label}</span>
            <span className={s.kindSays}>{COST_KIND_TEXT[kind].says}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Freshness() {
  const { data, org } = useMe();
  if (!data) return null;
  const late = Date.now() - Date.parse(`${data.last_day}T00:00:00Z`) > 4 * 86_400_000;
  return (
    <Tooltip
      multiline
      maw={280}
      label={`${data.charges.toLocaleString("en-US")} line items from ${longDay(data.first_day)} to ${longDay(data.last_day)}${data.loaded_at ? `, last loaded ${instant(data.loaded_at)}` : ""}. Amounts are shown in ${org.reporting_currency}.`}
    >
      <span className={s.fresh}>
        <span className={s.freshDot} data-late={late} aria-hidden="true" />
        Data up to {shortDay(data.last_day)}
        <span className={s.currency}>{org.reporting_currency}</span>
      </span>
    </Tooltip>
  );
}

function Filters() {
  const { filters } = useScope();
  const { setFilters } = useSetScope();
  return (
    <>
      {filters.map((filter, index) => (
        <FilterChip
          key={`${filter.dimension}${filter.op}`}
          filter={filter}
          onChange={(next) => void setFilters(replaceAt(filters, index, next))}
        />
      ))}
      <NewFilter
        onAdd={(filter) =>
          void setFilters([
            ...filters.filter((f) => !(f.dimension === filter.dimension && f.op === filter.op)),
            filter,
          ])
        }
      />
      {filters.length > 1 && (
        <Button
          variant="subtle"
          color="gray"
          className={s.control}
          leftSection={<IconX size={14} />}
          onClick={() => void setFilters([])}
        >
          Clear
        </Button>
      )}
    </>
  );
}

export function ScopeBar({ detail }: { readonly detail: boolean }) {
  const { window, previous, filters, incomparable } = useScope();
  const [opened, control] = useDisclosure(false);
  return (
    <search className={s.bar} aria-label="What is shown">
      <WindowPicker />
      <span className={s.compare}>
        {incomparable ? (
          <Tooltip label={incomparable} multiline maw={280}>
            <span>nothing complete to compare with</span>
          </Tooltip>
        ) : (
          <>
            vs <span className="num">{windowLabel(previous.start, previous.end)}</span>
          </>
        )}
      </span>
      <div className={s.wide}>
        <CostKindMenu />
        {!detail && <Filters />}
      </div>
      <div className={s.right}>
        <Freshness />
        <ActionIcon
          className={s.narrow}
          variant="default"
          size={34}
          onClick={control.open}
          aria-label={`Filters and cost kind${filters.length ? `, ${filters.length} active` : ""}`}
        >
          {filters.length ? <IconFilterPlus size={17} /> : <IconAdjustmentsHorizontal size={17} />}
        </ActionIcon>
      </div>
      <Drawer
        opened={opened}
        onClose={control.close}
        position="bottom"
        size={440}
        title="What is shown"
        classNames={{ content: s.sheet }}
      >
        <div className={s.sheetBody}>
          <p className="muted">
            {windowLabel(window.start, window.end)}, compared with {windowLabel(previous.start, previous.end)}
          </p>
          <h3>Cost kind</h3>
          <div>
            <CostKindMenu />
          </div>
          {!detail && (
            <>
              <h3>Filters</h3>
              <div className={s.sheetFilters}>
                <Filters />
              </div>
            </>
          )}
          <Button fullWidth size="sm" onClick={control.close}>
            Done
          </Button>
        </div>
      </Drawer>
    </search>
  );
}
