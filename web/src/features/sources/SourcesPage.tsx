import { Button, Select, Skeleton } from "@mantine/core";
import { IconDatabaseImport, IconPlugConnected, IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import { useMay, useMe } from "@/features/session/queries";
import { PageHeader, Panel } from "@/ui/Panel";
import { EmptyState, ErrorState } from "@/ui/States";
import { ConnectDialog } from "./ConnectDialog";
import { LoadDrawer } from "./LoadDrawer";
import { LoadTable } from "./LoadTable";
import { sourcesQuery } from "./queries";
import { SourceRow } from "./SourceRow";
import type { SourcesSearch } from "./search";
import s from "./sources.module.css";
import { DropZone, UploadList } from "./UploadPanel";

export function SourcesPage() {
  const search = useSearch({ from: "/frame/sources" });
  const navigate = useNavigate({ from: "/sources" });
  const me = useMe();
  const mayUpload = useMay("analyst") && !me.org.is_demo;
  const mayConnect = useMay("admin") && !me.org.is_demo;
  const sources = useQuery({
    ...sourcesQuery,
    refetchInterval: (query) =>
      query.state.data?.sources.some((source) => source.health === "loading") ? 3000 : false,
  });
  const browse = useRef<HTMLInputElement>(null);
  const change = (patch: Partial<SourcesSearch>, replace = true) =>
    void navigate({ search: (previous) => ({ ...previous, ...patch }), replace });
  const list = sources.data?.sources ?? [];

  return (
    <>
      <PageHeader
        title="Sources"
        actions={
          <>
            {mayConnect && (
              <Button
                variant="default"
                leftSection={<IconPlugConnected size={15} />}
                onClick={() => change({ add: "connect" })}
              >
                Connect
              </Button>
            )}
            {mayUpload && (
              <Button leftSection={<IconUpload size={15} />} onClick={() => browse.current?.click()}>
                Upload bills
              </Button>
            )}
          </>
        }
      >
        Where bills come from, what was loaded, and whether it agrees with the file to the last decimal.
      </PageHeader>
      <div className={s.page}>
        {mayUpload && <DropZone input={browse} inviting={search.add === "upload"} />}
        <UploadList onOpen={(load) => change({ load }, false)} />
        <Panel title="Places" flush>
          {sources.error && !sources.data ? (
            <ErrorState error={sources.error} retry={() => void sources.refetch()} />
          ) : !sources.data ? (
            <div className={s.skeleton} aria-busy="true">
              <Skeleton h={44} />
              <Skeleton h={44} />
            </div>
          ) : list.length === 0 ? (
            <EmptyState
              icon={<IconDatabaseImport size={22} />}
              title="No source yet"
              actions={
                mayConnect && (
                  <Button variant="default" onClick={() => change({ add: "connect" })}>
                    Connect a folder or bucket
                  </Button>
                )
              }
            >
              Drop a bill above, or connect the folder or S3 bucket your cloud delivers billing exports to. It
              is looked at regularly, and a corrected month replaces the old one.
            </EmptyState>
          ) : (
            <ul className={s.list}>
              {list.map((source) => (
                <SourceRow
                  key={source.id}
                  source={source}
                  selected={search.source === source.id}
                  onLoads={() => change({ source: search.source === source.id ? undefined : source.id })}
                />
              ))}
            </ul>
          )}
        </Panel>
        <Panel
          title="Load history"
          flush
          actions={
            <>
              <Select
                size="xs"
                w={170}
                aria-label="Only loads of this source"
                value={search.source ?? ""}
                data={[
                  { value: "", label: "All sources" },
                  ...list.map((source) => ({ value: source.id, label: source.name })),
                ]}
                onChange={(value) => change({ source: value || undefined })}
              />
              <Select
                size="xs"
                w={130}
                aria-label="Only loads in this state"
                value={search.status ?? ""}
                data={[
                  { value: "", label: "Any result" },
                  { value: "loaded", label: "Loaded" },
                  { value: "rejected", label: "Refused" },
                  { value: "unchanged", label: "Unchanged" },
                  { value: "running", label: "Loading" },
                ]}
                onChange={(value) => change({ status: (value || undefined) as SourcesSearch["status"] })}
              />
            </>
          }
        >
          <LoadTable
            source={search.source}
            status={search.status}
            onOpen={(load) => change({ load }, false)}
          />
        </Panel>
      </div>
      <LoadDrawer id={search.load} onClose={() => change({ load: undefined })} />
      <ConnectDialog opened={search.add === "connect"} onClose={() => change({ add: undefined })} />
    </>
  );
}
