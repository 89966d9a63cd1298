import type { Capability } from './capability.ts'
import type { Provider, Requirement } from './compliance-suite.ts'
import { specificationUrl } from './table.ts'

/** How far a row of the suite is met. */
type Met = 'yes' | 'in part' | 'no'

const CATEGORIES = ['Core', 'Web', 'IM', 'Mobile', 'A/V'] as const

/** Each row of the suite as a Markdown table: who asks for it, and what the declarations make of it. */
export function complianceTable(suite: readonly Requirement[], capabilities: readonly Capability[]): string {
  const rows = suite.map(({ category, feature, level, providers }) => {
    const found = providers.map((provider) => lookUp(provider, capabilities))
    const missing = found.flatMap(({ provider, capability }) =>
      capability ? capability.notes : [`no ${name(provider)}`],
    )
    const links = providers.map((provider) => `[${name(provider)}](${specificationUrl(provider)})`).join(', ')
    const asked = level === 'server' ? 'Server' : 'Advanced Server'
    return [category, feature, asked, links, met(found.map(({ capability }) => capability)), missing.join('; ')]
  })
  return table(['category', 'feature', 'asked of', 'by', 'there', 'what is missing'], rows)
}

/** Which levels of which categories are reached, and what they lack. A category other than Core asks for Core, too. */
export function complianceSummary(suite: readonly Requirement[], capabilities: readonly Capability[]): string {
  const lacking = (category: string, levels: readonly Requirement['level'][]): string[] => {
    const asked = suite.filter((row) => row.category === category && levels.includes(row.level))
    const specifications = asked.flatMap(({ providers }) => providers)
    const absent = specifications.filter((provider) => lookUp(provider, capabilities).capability === undefined)
    return [...new Set(absent.map(name))]
  }
  const cell = (category: string, levels: readonly Requirement['level'][]): string => {
    const own = lacking(category, levels)
    const inherited = category === 'Core' || lacking('Core', levels).length === 0 ? [] : ['what Core lacks']
    const absent = [...own, ...inherited]
    return absent.length === 0 ? 'reached' : `all but ${absent.join(', ')}`
  }
  const rows = CATEGORIES.map((category) => [
    category,
    cell(category, ['server']),
    cell(category, ['server', 'advanced']),
  ])
  return table(['category', 'Server', 'Advanced Server'], rows)
}

function lookUp(provider: Provider, capabilities: readonly Capability[]) {
  const { kind, number, by } = provider
  const capability = capabilities.find(
    (each) => each.kind === kind && each.number === number && (by === undefined || each.services.includes(by)),
  )
  return { provider, capability }
}

function met(found: readonly (Capability | undefined)[]): Met {
  if (found.every((capability) => capability === undefined)) return 'no'
  return found.every((capability) => capability?.notes.length === 0) ? 'yes' : 'in part'
}

function name({ kind, number, of }: Provider): string {
  return `${kind}${kind === 'XEP' ? '-' : ' '}${number}${of === undefined ? '' : ` of ${of}`}`
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n')
}
