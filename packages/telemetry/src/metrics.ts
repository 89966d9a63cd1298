import { BucketHistogram, type Histogram } from './histogram.ts'

/** Fixed when the metric is made; low cardinality (never a JID). */
export type Labels = Readonly<Record<string, string>>

/** Only goes up. */
export interface Counter {
  /** Adds `n` ≥ 0 (default 1): one addition to a field. */
  add(n?: number): void
  readonly value: number
}

/**
 * Makes the handles that hot paths hold; nothing happens but arithmetic until someone scrapes. Names are Prometheus
 * names in base units (`heliograph_bus_frames_total`, `…_seconds`, `…_bytes`). Asking again for a counter or histogram
 * with the same name and labels gives the same handle; gauges and totals with the same name and labels are summed.
 *
 * @throws Error when a name is used for two kinds of metric, or isn't a Prometheus name.
 */
export interface Metrics {
  counter(name: string, help: string, labels?: Labels): Counter
  /** A counter that is kept elsewhere (by the system, a library): `read` gives its total at scrape time. */
  total(name: string, help: string, read: () => number, labels?: Labels): void
  /** `read` is called at scrape time; what it throws leaves the series out of that scrape. */
  gauge(name: string, help: string, read: () => number, labels?: Labels): void
  histogram(name: string, help: string, buckets: readonly number[], labels?: Labels): Histogram
}

export type MetricKind = 'counter' | 'total' | 'gauge' | 'histogram'
export type Reading = Counter | Histogram | { readonly reads: (() => number)[] }
export interface Series {
  readonly labels: Labels
  readonly reading: Reading
}
export interface Family {
  readonly kind: MetricKind
  readonly help: string
  readonly series: Map<string, Series>
}

class FieldCounter implements Counter {
  value = 0
  add(n = 1): void {
    this.value += n
  }
}

/** Every metric of a process, by name. */
export class MetricRegistry {
  readonly families = new Map<string, Family>()

  /** The registry as seen by one service: each of its series carries `base`. */
  scoped(base: Labels): Metrics {
    const merge = (labels: Labels = {}): Labels => ({ ...base, ...labels })
    return {
      counter: (name, help, labels) =>
        this.#reading('counter', name, help, merge(labels), () => new FieldCounter()) as Counter,
      histogram: (name, help, buckets, labels) =>
        this.#reading('histogram', name, help, merge(labels), () => new BucketHistogram(buckets)) as Histogram,
      total: (name, help, read, labels) => this.#addRead('total', name, help, merge(labels), read),
      gauge: (name, help, read, labels) => this.#addRead('gauge', name, help, merge(labels), read),
    }
  }

  #addRead(kind: MetricKind, name: string, help: string, labels: Labels, read: () => number): void {
    const made = this.#reading(kind, name, help, labels, () => ({ reads: [] }))
    ;(made as { reads: (() => number)[] }).reads.push(read)
  }

  #reading(kind: MetricKind, name: string, help: string, labels: Labels, make: () => Reading): Reading {
    const family = this.#family(kind, name, help)
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
    const known = family.series.get(key)
    if (known !== undefined) return known.reading
    const reading = make()
    family.series.set(key, { labels, reading })
    return reading
  }

  #family(kind: MetricKind, name: string, help: string): Family {
    const known = this.families.get(name)
    if (known?.kind === kind) return known
    if (known !== undefined) throw new Error(`metric ${name} is a ${known.kind}, not a ${kind}`)
    if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`${name} isn't a metric name`)
    const family: Family = { kind, help, series: new Map() }
    this.families.set(name, family)
    return family
  }
}
