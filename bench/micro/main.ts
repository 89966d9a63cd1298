import { readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import { measure } from './measure.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
})

function wanted(name: string): boolean {
  return positionals.length === 0 || positionals.some((word) => name.includes(word))
}

/** `node bench/micro/main.ts [--check] [WORD…]`: runs the benchmarks whose names hold a word, prints CPU µs per operation. */
let over = 0
process.stdout.write('| benchmark | median µs | best µs |\n| --- | --- | --- |\n')
for (const file of readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.bench.ts'))) {
  const { benchmarks } = (await import(new URL(file, import.meta.url).href)) as { benchmarks: readonly Benchmark[] }
  for (const benchmark of benchmarks) {
    const name = `${file.slice(0, -'.bench.ts'.length)}: ${benchmark.name}`
    if (!wanted(name)) continue
    const { median, best } = measure(benchmark)
    const tooSlow = benchmark.limitMicros !== undefined && best > benchmark.limitMicros
    if (tooSlow) over += 1
    process.stdout.write(
      `| ${name} | ${median.toFixed(3)} | ${best.toFixed(3)}${tooSlow ? ' **over its limit**' : ''} |\n`,
    )
  }
}
if (values.check && over > 0) process.exitCode = 1
