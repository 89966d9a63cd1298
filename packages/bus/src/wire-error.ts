/** Bytes from the bus that aren't what the contract in `proto/` says. Whoever reads them drops them: they'd fail again. */
export class WireError extends Error {
  override readonly name = 'WireError'
}
