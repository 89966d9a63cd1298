/** Counts that every instance sees. The live state satisfies it. */
export interface Counters {
  /** Adds one to a counter that disappears `windowSeconds` after its first increment. Resolves the new count. */
  increment(key: string, windowSeconds: number): Promise<number>
  /** The count, 0 when there is none. */
  peek(key: string): Promise<number>
  reset(key: string): Promise<void>
}
