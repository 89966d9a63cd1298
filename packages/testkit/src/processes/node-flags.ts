/**
 * How Node runs services, as `pnpm start` and the image have it. Without it V8 lets the generation of young objects grow to 3 × 64 MiB on a large machine, of which
 * hardly a megabyte survives a collection here: a process is smaller by 100 MiB under load so, for the same CPU ([measured](../../../../bench/profiles.md)).
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=16']
