import {
  ActionIcon,
  Button,
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  HoverCard,
  Input,
  InputWrapper,
  type MantineColorsTuple,
  Menu,
  Modal,
  Popover,
  Select,
  Skeleton,
  Tooltip,
} from "@mantine/core";

const cobalt: MantineColorsTuple = [
  "#eef3ff",
  "#dbe5fd",
  "#b6c9fa",
  "#8daaf6",
  "#6b8ff2",
  "#4a76ec",
  "#3365e2",
  "#2456d6",
  "#1c48bb",
  "#163a99",
];

const gray: MantineColorsTuple = [
  "#f7f7f8",
  "#f1f1f3",
  "#e7e7ea",
  "#dfe0e5",
  "#cfd1d8",
  "#8f929c",
  "#6a6d77",
  "#4d5059",
  "#2c2e35",
  "#1a1b20",
];

const dark: MantineColorsTuple = [
  "#ebecef",
  "#c4c7cf",
  "#a1a5af",
  "#868b97",
  "#3a3e48",
  "#2b2e36",
  "#1f2228",
  "#16181d",
  "#0f1013",
  "#0a0b0d",
];

/** One family, two weights (450 and 600), a 4-px grid, one accent. */
export const theme = createTheme({
  fontFamily: '"Inter Variable", system-ui, -apple-system, "Segoe UI", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Code", "JetBrains Mono", Menlo, monospace',
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.4" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  radius: { xs: "4px", sm: "6px", md: "8px", lg: "12px", xl: "16px" },
  defaultRadius: "sm",
  primaryColor: "cobalt",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  colors: { cobalt, gray, dark },
  headings: { fontWeight: "600" },
  respectReducedMotion: true,
  cursorType: "pointer",
  shadows: {
    xs: "0 1px 2px rgb(16 18 24 / 5%)",
    sm: "0 2px 6px rgb(16 18 24 / 6%), 0 0 1px rgb(16 18 24 / 10%)",
    md: "0 8px 24px rgb(16 18 24 / 10%), 0 0 1px rgb(16 18 24 / 14%)",
    lg: "0 16px 48px rgb(16 18 24 / 14%), 0 0 1px rgb(16 18 24 / 16%)",
    xl: "0 24px 64px rgb(16 18 24 / 20%), 0 0 1px rgb(16 18 24 / 18%)",
  },
  components: {
    Button: Button.extend({ defaultProps: { size: "xs" } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: "subtle", color: "gray", size: 28 } }),
    InputWrapper: InputWrapper.extend({
      styles: { label: { marginBottom: 4 }, description: { marginBottom: 6, marginTop: -2 } },
    }),
    Input: Input.extend({ defaultProps: { size: "sm" } }),
    Select: Select.extend({ defaultProps: { size: "sm", allowDeselect: false, checkIconPosition: "right" } }),
    Menu: Menu.extend({
      defaultProps: {
        shadow: "md",
        radius: "md",
        transitionProps: { duration: 100 },
        withInitialFocusPlaceholder: false,
        offset: 6,
      },
    }),
    Popover: Popover.extend({
      defaultProps: { shadow: "md", radius: "md", transitionProps: { duration: 100 }, offset: 6 },
    }),
    HoverCard: HoverCard.extend({ defaultProps: { shadow: "md", radius: "md", openDelay: 250 } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 250, transitionProps: { duration: 80 }, radius: "sm", fz: "xs" },
    }),
    Modal: Modal.extend({
      defaultProps: {
        radius: "lg",
        centered: true,
        closeButtonProps: { "aria-label": "Close" },
        styles: { title: { fontWeight: 600, fontSize: 15 } },
        transitionProps: { duration: 120 },
        overlayProps: { backgroundOpacity: 0.4, blur: 2 },
      },
    }),
    Drawer: Drawer.extend({
      defaultProps: {
        position: "right",
        closeButtonProps: { "aria-label": "Close" },
        transitionProps: { duration: 140 },
        overlayProps: { backgroundOpacity: 0.3 },
      },
    }),
    Skeleton: Skeleton.extend({ defaultProps: { radius: "sm" } }),
  },
});

/** Mantine's own surfaces follow our tokens (see tokens.css). */
export const variables: CSSVariablesResolver = () => ({
  variables: {
    "--mantine-color-body": "var(--surface)",
    "--mantine-color-text": "var(--text)",
    "--mantine-color-dimmed": "var(--text-muted)",
    "--mantine-color-placeholder": "var(--text-faint)",
    "--mantine-color-default-border": "var(--line-strong)",
    "--mantine-color-error": "var(--bad)",
  },
  light: {
    "--mantine-color-default": "#ffffff",
    "--mantine-color-default-hover": "#f5f5f7",
    "--mantine-color-default-color": "#1a1b20",
    "--mantine-color-gray-light-color": "#4d5059",
    "--mantine-color-gray-text": "#5c5f69",
  },
  dark: {
    "--mantine-color-default": "#1b1d23",
    "--mantine-color-default-hover": "#23262d",
    "--mantine-color-default-color": "#ebecef",
    "--mantine-color-gray-light-color": "#c4c7cf",
    "--mantine-color-gray-text": "#a1a5af",
    "--mantine-color-cobalt-light-color": "#9db6fb",
    "--mantine-color-cobalt-text": "#8daaf6",
    "--mantine-color-anchor": "#8daaf6",
  },
});
