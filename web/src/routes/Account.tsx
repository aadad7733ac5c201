import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import {
  IconCheck,
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSettings,
  IconSun,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { signOut, useMe } from "@/features/session/queries";
import f from "./frame.module.css";

const ROLES = { viewer: "Viewer", analyst: "Analyst", admin: "Administrator" } as const;

const THEMES = [
  { value: "light", label: "Light", icon: IconSun },
  { value: "dark", label: "Dark", icon: IconMoon },
  { value: "auto", label: "As the system", icon: IconDeviceDesktop },
] as const;

export function Account({ narrow, help }: { readonly narrow: boolean; readonly help: () => void }) {
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const name = me.user.name || me.user.email;
  return (
    <Menu position="top-start" width={256}>
      <Menu.Target>
        <UnstyledButton className={f.account} aria-label={narrow ? `Account: ${name}` : undefined}>
          <span className={f.avatar} data-initials={name.slice(0, 1).toUpperCase()} aria-hidden="true" />
          {!narrow && <span className="clip">{name}</span>}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={f.accountHead}>
          <div className="clip" style={{ fontWeight: 600 }}>
            {name}
          </div>
          <div className="clip muted" style={{ fontSize: 12.5 }}>
            {me.user.email}
          </div>
          <div className="faint" style={{ fontSize: 12.5 }}>
            {ROLES[me.role]} in {me.org.name}
          </div>
        </div>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        {THEMES.map((theme) => (
          <Menu.Item
            key={theme.value}
            closeMenuOnClick={false}
            leftSection={<theme.icon size={16} />}
            rightSection={theme.value === colorScheme ? <IconCheck size={15} aria-label="chosen" /> : null}
            onClick={() => setColorScheme(theme.value)}
          >
            {theme.label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} to="/settings/{-$section}" leftSection={<IconSettings size={16} />}>
          Settings
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={help}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
