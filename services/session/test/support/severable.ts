/** Methods that aren't waited for. */
const AT_ONCE = new Set<string | symbol>([
  'send',
  'beforeFlush',
  'receive',
  'forget',
  'onNoResponders',
  'announce',
  'listen',
])
/** What a process does when it stops, and a killed one would not have done: it must end, without effect. */
const WITHOUT_EFFECT = new Set<string | symbol>(['leave', 'settled'])

/** What a killed process does in its last moments reaches nobody: after the cut calls do nothing, and answers never come. */
export function severable<Port extends object>(port: Port): [port: Port, cut: () => void] {
  let severed = false
  const afterCut = (name: string | symbol): unknown => {
    if (AT_ONCE.has(name)) return true
    return WITHOUT_EFFECT.has(name) ? Promise.resolve() : new Promise(() => {})
  }
  const heard = (argument: unknown): unknown =>
    typeof argument === 'function'
      ? (...given: unknown[]): unknown => (severed ? undefined : argument(...given))
      : argument
  const proxy = new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name === Symbol.asyncDispose) return value.bind(target)
      return (...given: unknown[]) => (severed ? afterCut(name) : Reflect.apply(value, target, given.map(heard)))
    },
  })
  const cut = () => {
    severed = true
  }
  return [proxy, cut]
}
