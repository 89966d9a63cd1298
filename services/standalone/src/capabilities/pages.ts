import { readFileSync } from 'node:fs'
import { withSection } from '@heliograph/documentation'
import { releaseVersion } from '@heliograph/runtime'
import { services } from '../services.ts'
import { capabilitiesOf } from './capability.ts'
import { complianceSummary, complianceTable } from './compliance.ts'
import { complianceSuite } from './compliance-suite.ts'
import { doap } from './doap.ts'
import { capabilityTable } from './table.ts'

const ROOT = new URL('../../../../', import.meta.url)

/** A file that tells the capabilities, as it is and as it should be. */
export interface Page {
  readonly name: string
  readonly url: URL
  readonly actual: string
  readonly expected: string
}

/** `README.md`, `docs/compliance.md` and `docs/doap.xml`. */
export function capabilityPages(): Page[] {
  const capabilities = capabilitiesOf(services)
  const page = (name: string, write: (actual: string) => string): Page => {
    const url = new URL(name, ROOT)
    const actual = readFileSync(url, 'utf8')
    return { name, url, actual, expected: write(actual) }
  }
  return [
    page('README.md', (actual) => {
      const withSuite = withSection(actual, 'compliance', complianceSummary(complianceSuite, capabilities))
      return withSection(withSuite, 'capabilities', capabilityTable(capabilities))
    }),
    page('docs/compliance.md', (actual) =>
      withSection(actual, 'compliance', complianceTable(complianceSuite, capabilities)),
    ),
    page('docs/doap.xml', () => doap(capabilities, releaseVersion())),
  ]
}
