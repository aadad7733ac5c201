import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";

/** A detail over its list, from the right; the whole width on a phone. */
export function SideSheet({
  label,
  opened,
  onClose,
  children,
}: {
  readonly label: string;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  return (
    <Drawer.Root opened={opened} onClose={onClose} size="min(680px, 100%)" padding={0} position="right">
      <Drawer.Overlay />
      <Drawer.Content aria-label={label}>
        <Drawer.Body>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
