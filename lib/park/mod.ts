// The park as the rest of the bench knows it. For now: who this bench is.

export { type BenchIdentity, newBenchIdentity } from "./identity.ts";
