import { Button } from "@mantine/core";
import { IconDatabaseImport, IconFilterOff, IconHourglassHigh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useScope, useSetScope } from "@/features/scope/useScope";
import { useMe } from "@/features/session/queries";
import { PageHeader, Panel } from "@/ui/Panel";
import { EmptyState } from "@/ui/States";
import { CostKindsPanel } from "./CostKindsPanel";
import { FreshnessPanel } from "./FreshnessPanel";
import { MoversPanel } from "./MoversPanel";
import o from "./overview.module.css";
import { summaryQuery } from "./queries";
import { Tiles } from "./Tiles";
import { TopPanel } from "./TopPanel";
import { TrendPanel } from "./TrendPanel";

/** The first page of an installation that has no bill yet. */
export function NoData() {
  const me = useMe();
  if (me.org.is_demo) {
    return (
      <Panel>
        <EmptyState icon={<IconHourglassHigh size={22} />} title="The simulated company is being loaded">
          Thirteen months of bills of three clouds are made and loaded; the first figures appear here within
          seconds.
        </EmptyState>
      </Panel>
    );
  }
  return (
    <Panel>
      <EmptyState
        icon={<IconDatabaseImport size={22} />}
        title="No bills yet"
        actions={
          <>
            <Button component={Link} to="/sources" search={{ add: "upload" } as never} size="sm">
              Upload a bill
            </Button>
            <Button
              component={Link}
              to="/sources"
              search={{ add: "connect" } as never}
              size="sm"
              variant="default"
            >
              Connect a folder or bucket
            </Button>
          </>
        }
      >
        Bring a billing export of AWS, Azure or Google Cloud, or any FOCUS file. It is read, checked against
        its own totals, and shown here within a minute.
      </EmptyState>
    </Panel>
  );
}

export function OverviewPage() {
  const me = useMe();
  return (
    <>
      <PageHeader title="Overview" />
      {me.has_data ? <Contents /> : <NoData />}
    </>
  );
}

function Contents() {
  const scope = useScope();
  const { setFilters } = useSetScope();
  const summary = useQuery(summaryQuery(scope.query));
  if (summary.data && summary.data.computed.charges === 0 && !summary.isPlaceholderData) {
    return (
      <Panel>
        <EmptyState
          icon={<IconFilterOff size={22} />}
          title="Nothing was charged here"
          actions={
            scope.filters.length > 0 && (
              <Button variant="default" onClick={() => void setFilters([])}>
                Clear the filters
              </Button>
            )
          }
        >
          No line item falls in these dates and filters. Widen the dates or loosen the filters.
        </EmptyState>
      </Panel>
    );
  }
  return (
    <div className={o.page}>
      <Tiles summary={summary} scope={scope} />
      <TrendPanel scope={scope} />
      <div className={o.thirds}>
        <TopPanel title="Top services" dimension="ServiceName" scope={scope} />
        <TopPanel title="Top accounts" dimension="SubAccountId" scope={scope} />
        <TopPanel title="Teams" dimension="tag:team" scope={scope} />
      </div>
      <div className={o.split}>
        <div className={o.column}>
          <MoversPanel scope={scope} />
          <FreshnessPanel />
        </div>
        <CostKindsPanel summary={summary} cost={scope.cost} />
      </div>
    </div>
  );
}
