import { Modal, useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import {
  IconBrightness,
  IconBuildingBank,
  IconKeyboard,
  IconLink,
  IconLogout,
  IconSearch,
  IconServer2,
  IconStack2,
  IconUpload,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { resourcesPageQuery } from "@/features/resources/queries";
import { valuesQuery } from "@/features/scope/queries";
import { useScope } from "@/features/scope/useScope";
import { signOut, useMay } from "@/features/session/queries";
import { PAGES } from "@/routes/pages";
import { Keys } from "@/ui/Keys";
import s from "./palette.module.css";

interface Item {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly note?: string;
  readonly icon: ReactNode;
  readonly keys?: readonly string[];
  readonly run: () => void;
}

export function Palette({
  opened,
  onClose,
  help,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly help: () => void;
}) {
  const navigate = useNavigate();
  const scope = useScope();
  const mayUpload = useMay("analyst");
  const { setColorScheme, colorScheme } = useMantineColorScheme();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [wanted] = useDebouncedValue(text.trim(), 140);
  const searching = wanted.length > 0;
  const services = useQuery({ ...valuesQuery("ServiceName", wanted, 5), enabled: searching });
  const accounts = useQuery({ ...valuesQuery("SubAccountId", wanted, 5), enabled: searching });
  const resources = useQuery({
    ...resourcesPageQuery({ ...scope.query, filter: [] }, wanted, 6),
    enabled: searching,
  });

  const words = text.trim().toLowerCase();
  const matches = (label: string) => label.toLowerCase().includes(words);
  const explore = (dimension: string, value: string) =>
    void navigate({ to: "/explorer", search: { filter: [`${dimension}=in=${value}`] } });

  const fixed: Item[] = [
    ...PAGES.map((page) => ({
      id: page.to,
      group: "Pages",
      label: page.label,
      note: page.says,
      icon: <page.icon size={17} />,
      keys: ["g", page.key],
      run: () => void navigate({ to: page.to }),
    })),
    ...(mayUpload
      ? [
          {
            id: "upload",
            group: "Actions",
            label: "Upload a bill",
            icon: <IconUpload size={17} />,
            run: () => void navigate({ to: "/sources", search: { add: "upload" } as never }),
          },
        ]
      : []),
    {
      id: "copy",
      group: "Actions",
      label: "Copy a link to this view",
      icon: <IconLink size={17} />,
      run: () => void navigator.clipboard?.writeText(window.location.href),
    },
    {
      id: "theme",
      group: "Actions",
      label: "Switch between light and dark",
      icon: <IconBrightness size={17} />,
      run: () => {
        const dark =
          colorScheme === "dark" ||
          (colorScheme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
        setColorScheme(dark ? "light" : "dark");
      },
    },
    {
      id: "help",
      group: "Actions",
      label: "Keyboard shortcuts",
      icon: <IconKeyboard size={17} />,
      keys: ["?"],
      run: help,
    },
    {
      id: "out",
      group: "Actions",
      label: "Sign out",
      icon: <IconLogout size={17} />,
      run: () => void signOut(),
    },
  ].filter((item) => matches(item.label));

  const found: Item[] = searching
    ? [
        ...(services.data?.values ?? []).flatMap((item) =>
          item.value === null
            ? []
            : [
                {
                  id: `s${item.value}`,
                  group: "Services",
                  label: item.label,
                  icon: <IconStack2 size={17} />,
                  run: () => explore("ServiceName", item.value ?? ""),
                },
              ],
        ),
        ...(accounts.data?.values ?? []).flatMap((item) =>
          item.value === null
            ? []
            : [
                {
                  id: `a${item.value}`,
                  group: "Accounts",
                  label: item.label,
                  note: item.label === item.value ? undefined : item.value,
                  icon: <IconBuildingBank size={17} />,
                  run: () => explore("SubAccountId", item.value ?? ""),
                },
              ],
        ),
        ...(resources.data?.resources ?? []).map((item) => ({
          id: `r${item.provider}${item.resource_id}`,
          group: "Resources",
          label: item.name ?? item.resource_id,
          note: [item.service, item.account_name].filter(Boolean).join(" · "),
          icon: <IconServer2 size={17} />,
          run: () =>
            item.id
              ? void navigate({ to: "/resources/$id", params: { id: item.id } })
              : explore("ResourceId", item.resource_id),
        })),
      ]
    : [];

  const items = [...fixed, ...found];
  const current = Math.min(at, Math.max(items.length - 1, 0));
  const choose = (item: Item | undefined) => {
    if (!item) return;
    onClose();
    item.run();
  };
  const loading = searching && (services.isFetching || resources.isFetching || accounts.isFetching);

  return (
    <Modal.Root opened={opened} onClose={onClose} size={600} yOffset="12vh" centered={false}>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content aria-label="Search and commands" radius="lg">
        <Modal.Body p={0}>
          <div className={s.field}>
            <IconSearch size={18} className="faint" aria-hidden="true" />
            <input
              data-autofocus
              className={s.input}
              placeholder="Find pages, services, accounts, resources…"
              aria-label="Search and commands"
              role="combobox"
              aria-expanded="true"
              aria-controls="palette-list"
              aria-activedescendant={items[current] ? `palette-${current}` : undefined}
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
                setAt(0);
              }}
              onKeyDown={(event) => {
                if (event.key === "ArrowDown") {
                  event.preventDefault();
                  setAt(Math.min(current + 1, items.length - 1));
                } else if (event.key === "ArrowUp") {
                  event.preventDefault();
                  setAt(Math.max(current - 1, 0));
                } else if (event.key === "Enter") {
                  event.preventDefault();
                  choose(items[current]);
                }
              }}
            />
            <Keys keys={["esc"]} />
          </div>
          <div className={s.list} id="palette-list" role="listbox" aria-label="Results">
            {items.map((item, index) => (
              <div key={item.id}>
                {item.group !== items[index - 1]?.group && (
                  <div className={s.group} role="presentation">
                    {item.group}
                  </div>
                )}
                <div
                  id={`palette-${index}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={index === current}
                  className={s.item}
                  ref={(element) => {
                    if (index === current) element?.scrollIntoView({ block: "nearest" });
                  }}
                  onMouseMove={() => setAt(index)}
                  onMouseDown={(event) => {
                    event.preventDefault();
                    choose(item);
                  }}
                >
                  {item.icon}
                  <span className="clip">{item.label}</span>
                  {item.note && <span className={`clip ${s.note}`}>{item.note}</span>}
                  {item.keys && (
                    <span className={s.keys}>
                      <Keys keys={item.keys} />
                    </span>
                  )}
                </div>
              </div>
            ))}
            {items.length === 0 && (
              <p className={s.none}>{loading ? "Looking…" : `Nothing is called “${text.trim()}”.`}</p>
            )}
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
