import { expect, it } from "vitest";
import { type Assignments, entityColor, PALETTE_SIZE, slotFor } from "./colors";

it("an entity keeps its colour", () => {
  const first = entityColor("ServiceName", "Amazon EC2", false);
  for (let index = 0; index < 30; index += 1) entityColor("ServiceName", `service ${index}`, false);
  expect(entityColor("ServiceName", "Amazon EC2", false)).toBe(first);
});

it("the first twelve of a dimension all differ", () => {
  const assigned: Assignments = {};
  for (let index = 0; index < PALETTE_SIZE; index += 1) {
    assigned[`tag:team|team ${index}`] = slotFor(assigned, "tag:team", `team ${index}`);
  }
  expect(new Set(Object.values(assigned)).size).toBe(PALETTE_SIZE);
});

it("the clouds have their own", () => {
  expect(entityColor("ProviderName", "AWS", false)).not.toBe(entityColor("ProviderName", "Microsoft", false));
  expect(entityColor("ProviderName", "Amazon Web Services", true)).toBe(
    entityColor("ProviderName", "AWS", true),
  );
});
