import {
  type Icon,
  IconBuildingWarehouse,
  IconChartBar,
  IconLayoutDashboard,
  IconServer2,
  IconSettings,
} from "@tabler/icons-react";

export interface Page {
  readonly to: "/" | "/explorer" | "/resources" | "/sources" | "/settings/{-$section}";
  readonly label: string;
  readonly says: string;
  readonly key: string;
  readonly icon: Icon;
}

export const PAGES: readonly Page[] = [
  { to: "/", label: "Overview", says: "Where the money goes", key: "o", icon: IconLayoutDashboard },
  { to: "/explorer", label: "Explorer", says: "Group, filter and export", key: "e", icon: IconChartBar },
  { to: "/resources", label: "Resources", says: "What costs, one by one", key: "r", icon: IconServer2 },
  { to: "/sources", label: "Sources", says: "Bills and their loads", key: "s", icon: IconBuildingWarehouse },
  {
    to: "/settings/{-$section}",
    label: "Settings",
    says: "People, tokens, currency",
    key: "t",
    icon: IconSettings,
  },
];
