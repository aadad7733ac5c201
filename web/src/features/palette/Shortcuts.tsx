import { Modal } from "@mantine/core";
import { PAGES } from "@/routes/pages";
import { Keys } from "@/ui/Keys";
import s from "./palette.module.css";

const GROUPS: readonly { title: string; rows: readonly (readonly [string, readonly string[]])[] }[] = [
  {
    title: "Anywhere",
    rows: [
      ["Search and commands", ["mod", "K"]],
      ["Search on this page", ["/"]],
      ["Collapse the side bar", ["["]],
      ["This list", ["?"]],
    ],
  },
  { title: "Go to", rows: PAGES.map((page) => [page.label, ["g", page.key]] as const) },
  {
    title: "In tables",
    rows: [
      ["Next row", ["j"]],
      ["Previous row", ["k"]],
      ["Open the row", ["enter"]],
      ["Look inside the row", ["x"]],
      ["Close what is open", ["esc"]],
    ],
  },
];

export function Shortcuts({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" size={440}>
      {GROUPS.map((group) => (
        <section key={group.title} className={s.shortcuts}>
          <h3>{group.title}</h3>
          <dl>
            {group.rows.map(([says, keys]) => (
              <div key={says} className={s.shortcut}>
                <dt>{says}</dt>
                <dd>
                  <Keys keys={keys} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
}
