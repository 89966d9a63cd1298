import { type HrTime, ValueType } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type MetricData,
  type MetricProducer,
  type Histogram as OtelHistogram,
} from '@opentelemetry/sdk-metrics'
import type { Histogram } from './histogram.ts'
import type { Counter, Family, MetricRegistry, Series } from './metrics.ts'

/**
 * Shows the registry to OpenTelemetry's readers and exporters. Values are read only when one of them collects, so a
 * counter on the hot path stays a field.
 */
export class RegistryProducer implements MetricProducer {
  readonly #registry: MetricRegistry
  readonly #resource: ReturnType<typeof resourceFromAttributes>
  readonly #started = now()

  constructor(registry: MetricRegistry, attributes: Record<string, string>) {
    this.#registry = registry
    this.#resource = resourceFromAttributes(attributes)
  }

  async collect(): Promise<CollectionResult> {
    const errors: unknown[] = []
    const metrics = [...this.#registry.families].map(([name, family]) => this.#data(name, family, errors))
    return {
      resourceMetrics: { resource: this.#resource, scopeMetrics: [{ scope: { name: 'heliograph' }, metrics }] },
      errors,
    }
  }

  #data(name: string, family: Family, errors: unknown[]): MetricData {
    const descriptor = { name, description: family.help, unit: '', valueType: ValueType.DOUBLE }
    const common = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE }
    const series = [...family.series.values()]
    switch (family.kind) {
      case 'counter': {
        const dataPoints = series.map((each) => this.#point(each, (each.reading as Counter).value))
        return { ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
      }
      case 'total':
        return {
          ...common,
          dataPointType: DataPointType.SUM,
          isMonotonic: true,
          dataPoints: this.#read(series, errors),
        }
      case 'gauge':
        return { ...common, dataPointType: DataPointType.GAUGE, dataPoints: this.#read(series, errors) }
      case 'histogram': {
        const dataPoints = series.map((each) => this.#point(each, bucketsOf(each.reading as Histogram)))
        return { ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints }
      }
    }
  }

  #read(series: Series[], errors: unknown[]): DataPoint<number>[] {
    return series.flatMap((each) => {
      const { reads } = each.reading as { reads: (() => number)[] }
      try {
        return [
          this.#point(
            each,
            reads.reduce((sum, read) => sum + read(), 0),
          ),
        ]
      } catch (error) {
        errors.push(error)
        return []
      }
    })
  }

  #point<T>(series: Series, value: T): DataPoint<T> {
    return { startTime: this.#started, endTime: now(), attributes: series.labels, value }
  }
}

function bucketsOf({ boundaries, counts, count, sum }: Histogram): OtelHistogram {
  return { buckets: { boundaries: [...boundaries], counts: [...counts] }, count, sum }
}

function now(): HrTime {
  const at = Date.now()
  return [Math.floor(at / 1000), (at % 1000) * 1_000_000]
}
