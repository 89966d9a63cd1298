/** A DNS SRV record, and whether TLS comes first there (XEP-0368). */
export interface Service {
  readonly name: string
  readonly port: number
  readonly priority: number
  readonly weight: number
  readonly directTls: boolean
}

/** In the order in which they are to be tried (RFC 2782): by priority, and within one by chance according to weight. */
export function inOrder(services: readonly Service[], random: () => number = Math.random): Service[] {
  const priorities = [...new Set(services.map(({ priority }) => priority))].sort((a, b) => a - b)
  return priorities.flatMap((priority) =>
    byWeight(
      services.filter((service) => service.priority === priority),
      random,
    ),
  )
}

function byWeight(services: readonly Service[], random: () => number): Service[] {
  // Those without a weight first, so that they have a chance at all.
  const left = [...services].sort((a, b) => Math.sign(a.weight) - Math.sign(b.weight))
  const ordered: Service[] = []
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0)
    let drawn = Math.floor(random() * (total + 1))
    const at = left.findIndex(({ weight }) => {
      drawn -= weight
      return drawn <= 0
    })
    ordered.push(...left.splice(Math.max(at, 0), 1))
  }
  return ordered
}
