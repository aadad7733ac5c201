import {
  type Icon,
  IconArrowsExchange,
  IconBuilding,
  IconKey,
  IconUserCircle,
  IconUsers,
} from "@tabler/icons-react";
import { Link, useParams } from "@tanstack/react-router";
import type { ComponentType } from "react";
import type { Role } from "@/api/types";
import { useMay } from "@/features/session/queries";
import { PageHeader } from "@/ui/Panel";
import { EmptyState } from "@/ui/States";
import { OrganisationSection } from "./OrganisationSection";
import { PeopleSection } from "./PeopleSection";
import { ProfileSection } from "./ProfileSection";
import { RatesSection } from "./RatesSection";
import s from "./settings.module.css";
import { TokensSection } from "./TokensSection";

interface Section {
  readonly id: string;
  readonly label: string;
  readonly icon: Icon;
  readonly role: Role;
  readonly view: ComponentType;
}

const SECTIONS: readonly [Section, ...Section[]] = [
  { id: "profile", label: "Profile", icon: IconUserCircle, role: "viewer", view: ProfileSection },
  {
    id: "organisation",
    label: "Organisation",
    icon: IconBuilding,
    role: "viewer",
    view: OrganisationSection,
  },
  {
    id: "rates",
    label: "Exchange rates",
    icon: IconArrowsExchange,
    role: "viewer",
    view: RatesSection,
  },
  { id: "tokens", label: "API tokens", icon: IconKey, role: "analyst", view: TokensSection },
  { id: "people", label: "People", icon: IconUsers, role: "admin", view: PeopleSection },
];

function Allowed({ section }: { readonly section: Section }) {
  const may = useMay(section.role);
  if (!may) {
    return (
      <EmptyState icon={<section.icon size={22} />} title="Not for your role">
        Ask an administrator of this organisation.
      </EmptyState>
    );
  }
  return <section.view />;
}

function Tab({ section }: { readonly section: Section }) {
  const may = useMay(section.role);
  if (!may) return null;
  return (
    <li>
      <Link
        to="/settings/{-$section}"
        params={{ section: section.id === "profile" ? undefined : section.id }}
        className={s.tab}
        activeOptions={{ exact: true, includeSearch: false }}
      >
        <section.icon size={17} stroke={1.75} aria-hidden="true" />
        {section.label}
      </Link>
    </li>
  );
}

export function SettingsPage() {
  const { section: id } = useParams({ from: "/frame/settings/{-$section}" });
  const section = SECTIONS.find((item) => item.id === (id ?? "profile")) ?? SECTIONS[0];
  return (
    <>
      <PageHeader title="Settings" />
      <div className={s.page}>
        <nav aria-label="Settings">
          <ul className={s.tabs}>
            {SECTIONS.map((item) => (
              <Tab key={item.id} section={item} />
            ))}
          </ul>
        </nav>
        <div className={s.content}>
          <Allowed section={section} key={section.id} />
        </div>
      </div>
    </>
  );
}
