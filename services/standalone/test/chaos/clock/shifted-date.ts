/** Preloaded (`--import`) into a process: its `Date` is off by as many ms as the file that `CHAOS_CLOCK` names says, also later. */
import { readFileSync } from 'node:fs'

const file = process.env.CHAOS_CLOCK
const LOOK_MS = 50

if (file !== undefined) globalThis.Date = shifted(globalThis.Date, file)

function shifted(real: DateConstructor, path: string): DateConstructor {
  let offset = 0
  let looked = Number.NEGATIVE_INFINITY
  const now = (): number => {
    if (performance.now() - looked > LOOK_MS) {
      looked = performance.now()
      offset = offsetIn(path)
    }
    return real.now() + offset
  }
  return new Proxy(real, {
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
    construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now()] : args),
  })
}

function offsetIn(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8')) || 0
  } catch {
    return 0 // nothing was ever shifted
  }
}
