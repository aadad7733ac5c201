/** Names for what the API answers; the shapes themselves are generated from its OpenAPI document. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Problem = Schemas["Problem"];
export type Figure = Schemas["Figure"];
export type Computed = Schemas["Computed"];
export type Summary = Schemas["Summary"];
export type RunRate = Schemas["RunRate"];
export type Series = Schemas["Series"];
export type SeriesGroup = Schemas["SeriesGroup"];
export type Breakdown = Schemas["Breakdown"];
export type BreakdownRow = Schemas["BreakdownRow"];
export type Movers = Schemas["Movers"];
export type Mover = Schemas["Mover"];
export type Dimension = Schemas["Dimension"];
export type DimensionValue = Schemas["DimensionValue"];
export type Charge = Schemas["Charge"];
export type Charges = Schemas["Charges"];
export type Session = Schemas["Session"];
export type LinkFacts = Schemas["LinkFacts"];
export type Me = Schemas["Me"];
export type User = Schemas["User"];
export type Org = Schemas["Org"];
export type Role = Schemas["Role"];
export type Rates = Schemas["Rates"];
export type Members = Schemas["Members"];
export type Member = Schemas["Member"];
export type ApiToken = Schemas["ApiToken"];
export type Source = Schemas["Source"];
export type SourceTest = Schemas["SourceTest"];
export type Load = Schemas["Load"];
export type LoadTotal = Schemas["LoadTotal"];
export type LoadStatus = Schemas["LoadStatus"];
export type Fault = Schemas["Fault"];
export type Job = Schemas["Job"];
export type JobState = Job["state"];

/** The data of a job's events. */
export interface JobProgress {
  state: JobState;
  done: number;
  total: number | null;
  unit: string;
  message: string;
}

export type ResourceRow = Schemas["ResourceRow"];
export type ResourceDetail = Schemas["ResourceDetail"];
export type Invite = Schemas["Invite"];
