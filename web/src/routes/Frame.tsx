import { useDisclosure, useHotkeys, useLocalStorage } from "@mantine/hooks";
import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { onSession, session } from "@/api/session";
import { ScopeBar } from "@/features/scope/ScopeBar";
import { useScope } from "@/features/scope/useScope";
import { useFreshFigures } from "@/features/session/activity";
import { useMe } from "@/features/session/queries";
import { IncomparableBecause } from "@/ui/comparison";
import { Account } from "./Account";
import { Activity } from "./Activity";
import f from "./frame.module.css";
import { PAGES } from "./pages";
import { BottomBar, PhoneBar, Rail } from "./Rail";

const Palette = lazy(() => import("@/features/palette/Palette").then((m) => ({ default: m.Palette })));
const Shortcuts = lazy(() => import("@/features/palette/Shortcuts").then((m) => ({ default: m.Shortcuts })));

/** Two keys in a row: `g` and then the page's letter. */
function useGoKeys() {
  const navigate = useNavigate();
  useEffect(() => {
    let armed = 0;
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (
        event.metaKey ||
        event.ctrlKey ||
        event.altKey ||
        target.closest("input,textarea,[contenteditable]")
      ) {
        return;
      }
      if (event.key === "g") {
        armed = Date.now();
        return;
      }
      const page = PAGES.find((item) => item.key === event.key);
      if (page && Date.now() - armed < 1200) {
        armed = 0;
        event.preventDefault();
        void navigate({ to: page.to });
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [navigate]);
}

/** Where the page shows costs, the bar says which. */
const SCOPED = /^\/($|explorer|resources)/;

export function Frame() {
  const [narrow, setNarrow] = useLocalStorage({ key: "cco-rail", defaultValue: false });
  const [palette, paletteControl] = useDisclosure(false);
  const [shortcuts, shortcutsControl] = useDisclosure(false);
  const navigate = useNavigate();
  const me = useMe();
  const { incomparable } = useScope();
  const path = useRouterState({ select: (state) => state.location.pathname });

  useHotkeys([
    ["mod+K", paletteControl.toggle],
    ["?", shortcutsControl.toggle],
    ["shift+?", shortcutsControl.toggle],
    [
      "/",
      () => {
        const search = document.querySelector<HTMLInputElement>("[data-page-search]");
        if (search) search.focus();
        else paletteControl.open();
      },
    ],
    ["[", () => setNarrow((value) => !value)],
  ]);
  useGoKeys();
  useFreshFigures();
  useEffect(
    () =>
      onSession(() => {
        if (!session()) void navigate({ to: "/sign-in", search: {} });
      }),
    [navigate],
  );

  return (
    <div className={f.frame} data-narrow={narrow}>
      <a className={f.skip} href="#content">
        Skip to the content
      </a>
      <Rail
        narrow={narrow}
        toggle={() => setNarrow((value) => !value)}
        search={paletteControl.open}
        account={<Account narrow={narrow} help={shortcutsControl.open} />}
      />
      <div className={f.main}>
        <PhoneBar search={paletteControl.open} account={<Account narrow help={shortcutsControl.open} />} />
        <Activity />
        {me.has_data && SCOPED.test(path) && <ScopeBar detail={/^\/resources\/./.test(path)} />}
        <main id="content" className={f.content} tabIndex={-1}>
          <IncomparableBecause value={incomparable}>
            <Outlet />
          </IncomparableBecause>
        </main>
      </div>
      <BottomBar />
      <Suspense fallback={null}>
        {palette && <Palette opened onClose={paletteControl.close} help={shortcutsControl.open} />}
        {shortcuts && <Shortcuts opened onClose={shortcutsControl.close} />}
      </Suspense>
    </div>
  );
}
