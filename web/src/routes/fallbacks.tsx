import { Button, Skeleton } from "@mantine/core";
import { IconMapSearch } from "@tabler/icons-react";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { EmptyState, ErrorState } from "@/ui/States";

export function NotFound() {
  return (
    <main style={{ minHeight: "70vh", display: "grid", placeItems: "center" }}>
      <EmptyState
        icon={<IconMapSearch size={22} />}
        title="There is no such page"
        actions={
          <Button component={Link} to="/">
            Go to the overview
          </Button>
        }
      >
        The address may be mistyped, or what it showed is gone.
      </EmptyState>
    </main>
  );
}

export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <main style={{ minHeight: "70vh", display: "grid", placeItems: "center" }}>
      <ErrorState
        error={error}
        retry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </main>
  );
}

/** A page's outline while its script and first data arrive. */
export function RoutePending() {
  return (
    <div aria-busy="true" style={{ padding: "24px var(--gutter)", display: "grid", gap: 20 }}>
      <Skeleton h={26} w={180} />
      <Skeleton h={116} radius={12} />
      <Skeleton h={360} radius={12} />
    </div>
  );
}
