/** Time as ownership and router see it; replaced in tests. */
export interface Clock {
  /** Milliseconds on a clock that never goes back and runs on while the process is stopped. */
  now(): number
  /** Runs `task` once after `ms`, unless the returned function is called before. */
  after(ms: number, task: () => void): () => void
  /** Runs `task` once what is readable in this turn of the event loop has been read. */
  turn(task: () => void): void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
  turn: (task) => void setImmediate(task),
}
