import { createContext } from "react";

/**
 * Why the two windows can't be compared, or null where they can: a change against days without bills
 * would be a number, and a lie.
 */
export const IncomparableBecause = createContext<string | null>(null);
