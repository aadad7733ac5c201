import { expect, it } from "vitest";
import { EventParser, readEvents } from "./sse";

it("reads events that arrive in pieces", () => {
  const parser = new EventParser();
  expect(parser.push("event: prog")).toEqual([]);
  expect(parser.push('ress\ndata: {"done":1}\n')).toEqual([]);
  expect(parser.push("\nevent: end\r\ndata: x\r\n\r\n")).toEqual([
    { event: "progress", data: '{"done":1}', id: null },
    { event: "end", data: "x", id: null },
  ]);
});

it("joins data lines, skips comments and events without data", () => {
  const parser = new EventParser();
  expect(parser.push(": keep open\n\nevent: nothing\n\nid: 7\ndata: a\ndata:b\n\n")).toEqual([
    { event: "message", data: "a\nb", id: "7" },
  ]);
});

it("waits for the rest of a carriage return", () => {
  const parser = new EventParser();
  expect(parser.push("data: a\r")).toEqual([]);
  expect(parser.push("\n\r\n")).toEqual([{ event: "message", data: "a", id: null }]);
});

it("reads a response's body to its end", async () => {
  const response = new Response('event: progress\ndata: {"done":2}\n\nevent: end\ndata: {}\n\n');
  const events = [];
  for await (const event of readEvents(response)) events.push(event.event);
  expect(events).toEqual(["progress", "end"]);
});
