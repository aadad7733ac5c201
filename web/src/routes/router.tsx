import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from "@tanstack/react-router";
import { queryClient } from "@/api/queryClient";
import { accessToken } from "@/api/session";
import { parseExplorer } from "@/features/explorer/search";
import { providersQuery, summaryQuery } from "@/features/overview/queries";
import { parseResources } from "@/features/resources/search";
import { parseScope, type ScopeSearch } from "@/features/scope/scope";
import { parseSearch, stringifySearch } from "@/features/scope/search";
import { makeScope } from "@/features/scope/useScope";
import { meQuery } from "@/features/session/queries";
import { parseSources } from "@/features/sources/search";
import { Frame } from "./Frame";
import { NotFound, RouteError, RoutePending } from "./fallbacks";

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (raw: Record<string, unknown>): { next?: string } =>
    typeof raw.next === "string" && /^\/(?![/\\])/.test(raw.next) ? { next: raw.next } : {},
  component: lazyRouteComponent(() => import("@/features/session/SignInPage"), "SignInPage"),
});

const linkRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/link",
  component: lazyRouteComponent(() => import("@/features/session/LinkPage"), "LinkPage"),
});

/** Everything behind the sign-in: the frame, and what part of the cost it looks at. */
const frameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "frame",
  validateSearch: parseScope,
  search: {
    middlewares: [retainSearchParams<ScopeSearch>(["range", "start", "end", "cost", "filter"])],
  },
  beforeLoad: async ({ location }) => {
    const token = await accessToken();
    if (!token) {
      throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { next: location.href } });
    }
  },
  loader: () => queryClient.ensureQueryData(meQuery),
  component: Frame,
});

const overviewRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: "/",
  loaderDeps: ({ search }) => search,
  // The first figures are asked for while the page's script is still on its way.
  loader: async ({ deps }) => {
    const me = await queryClient.ensureQueryData(meQuery);
    if (!me.data) return;
    const { query, window } = makeScope(deps, me.data);
    void queryClient.prefetchQuery(summaryQuery(query));
    void queryClient.prefetchQuery(providersQuery(query, window));
  },
  component: lazyRouteComponent(() => import("@/features/overview/OverviewPage"), "OverviewPage"),
});

const explorerRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: "/explorer",
  validateSearch: parseExplorer,
  component: lazyRouteComponent(() => import("@/features/explorer/ExplorerPage"), "ExplorerPage"),
});

const resourcesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: "/resources",
  validateSearch: parseResources,
  component: lazyRouteComponent(() => import("@/features/resources/ResourcesPage"), "ResourcesPage"),
});

const resourceRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: "/resources/$id",
  component: lazyRouteComponent(() => import("@/features/resources/ResourcePage"), "ResourcePage"),
});

const sourcesRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: "/sources",
  validateSearch: parseSources,
  component: lazyRouteComponent(() => import("@/features/sources/SourcesPage"), "SourcesPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: "/settings/{-$section}",
  component: lazyRouteComponent(() => import("@/features/settings/SettingsPage"), "SettingsPage"),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  linkRoute,
  frameRoute.addChildren([
    overviewRoute,
    explorerRoute,
    resourcesRoute,
    resourceRoute,
    sourcesRoute,
    settingsRoute,
  ]),
]);

export const router = createRouter({
  routeTree,
  parseSearch: parseSearch as (text: string) => Record<string, unknown>,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingMs: 80,
  defaultPendingMinMs: 0,
  defaultPendingComponent: RoutePending,
  defaultErrorComponent: RouteError,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
