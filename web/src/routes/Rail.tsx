import { ActionIcon, Menu, Tooltip, UnstyledButton } from "@mantine/core";
import {
  IconCheck,
  IconLayoutSidebarLeftCollapse,
  IconLayoutSidebarLeftExpand,
  IconSearch,
  IconSelector,
} from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { switchOrg, useMe } from "@/features/session/queries";
import { hash } from "@/ui/colors";
import { Keys } from "@/ui/Keys";
import { Pill } from "@/ui/States";
import f from "./frame.module.css";
import { PAGES } from "./pages";

const MARKS = ["#2456d6", "#7856d3", "#0d7f86", "#a4387f", "#2b7f49", "#b0560a"] as const;

export function OrgMark({ name, size = 26 }: { readonly name: string; readonly size?: number }) {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word[0] ?? "")
    .join("")
    .toUpperCase();
  return (
    <span
      className={f.mark}
      style={{ background: MARKS[hash(name) % MARKS.length], width: size, height: size }}
      data-initials={initials}
      aria-hidden="true"
    />
  );
}

function OrgSwitcher({ narrow }: { readonly narrow: boolean }) {
  const me = useMe();
  const navigate = useNavigate();
  const go = async (id: string) => {
    if (id === me.org.id) return;
    await switchOrg(id);
    await navigate({
      to: "/",
      search: { range: undefined, start: undefined, end: undefined, cost: undefined, filter: undefined },
    });
    window.location.reload();
  };
  return (
    <Menu position="bottom-start" width={252}>
      <Menu.Target>
        <UnstyledButton
          className={f.org}
          aria-label={narrow ? `${me.org.name}: switch organisation` : undefined}
        >
          <OrgMark name={me.org.name} />
          {!narrow && (
            <>
              <span className={f.orgName}>
                <span className="clip">{me.org.name}</span>
                {me.org.is_demo && <span className={f.orgNote}>Demo</span>}
              </span>
              <IconSelector size={15} className="faint" aria-hidden="true" />
            </>
          )}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Organisations</Menu.Label>
        {me.orgs.map((membership) => (
          <Menu.Item
            key={membership.org.id}
            leftSection={<OrgMark name={membership.org.name} size={22} />}
            rightSection={
              membership.org.id === me.org.id ? (
                <IconCheck size={15} aria-label="current" />
              ) : membership.org.is_demo ? (
                <Pill>Demo</Pill>
              ) : null
            }
            onClick={() => void go(membership.org.id)}
          >
            {membership.org.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function Rail({
  narrow,
  toggle,
  search,
  account,
}: {
  readonly narrow: boolean;
  readonly toggle: () => void;
  readonly search: () => void;
  readonly account: ReactNode;
}) {
  return (
    <nav className={f.rail} aria-label="Main">
      <OrgSwitcher narrow={narrow} />
      <Tooltip label="Search" position="right" disabled={!narrow}>
        <UnstyledButton className={f.search} onClick={search} aria-label={narrow ? "Search" : undefined}>
          <IconSearch size={16} aria-hidden="true" />
          {!narrow && (
            <>
              <span>Search</span>
              <Keys keys={["mod", "K"]} />
            </>
          )}
        </UnstyledButton>
      </Tooltip>
      <ul className={f.nav}>
        {PAGES.map((page) => (
          <li key={page.to}>
            <Tooltip label={page.label} position="right" disabled={!narrow}>
              <Link
                to={page.to}
                className={f.link}
                activeOptions={{ exact: page.to === "/", includeSearch: false }}
                aria-label={page.label}
              >
                <page.icon size={18} stroke={1.75} aria-hidden="true" />
                {!narrow && <span>{page.label}</span>}
              </Link>
            </Tooltip>
          </li>
        ))}
      </ul>
      <div className={f.foot}>
        {account}
        <Tooltip label={narrow ? "Widen  [" : "Collapse  ["} position="right">
          <ActionIcon onClick={toggle} aria-label={narrow ? "Widen the side bar" : "Collapse the side bar"}>
            {narrow ? <IconLayoutSidebarLeftExpand size={17} /> : <IconLayoutSidebarLeftCollapse size={17} />}
          </ActionIcon>
        </Tooltip>
      </div>
    </nav>
  );
}

export function PhoneBar({ search, account }: { readonly search: () => void; readonly account: ReactNode }) {
  return (
    <div className={f.phoneBar}>
      <OrgSwitcher narrow={false} />
      <ActionIcon size={36} onClick={search} aria-label="Search and commands">
        <IconSearch size={19} />
      </ActionIcon>
      {account}
    </div>
  );
}

export function BottomBar() {
  return (
    <nav className={f.bottomBar} aria-label="Pages">
      {PAGES.map((page) => (
        <Link
          key={page.to}
          to={page.to}
          className={f.bottomLink}
          activeOptions={{ exact: page.to === "/", includeSearch: false }}
        >
          <page.icon size={21} stroke={1.75} aria-hidden="true" />
          {page.label}
        </Link>
      ))}
    </nav>
  );
}
