import { NS, type StanzaCondition } from '@heliograph/stanza'
import type { Connection } from '../connection.ts'

/** `<failed/>` (XEP-0198 §6); `h` where what a lost stream had handled is known (§5). */
export function failedXml(condition: StanzaCondition, h = -1): string {
  const handled = h < 0 ? '' : ` h='${h}'`
  return `<failed xmlns='${NS.streamManagement}'${handled}><${condition} xmlns='${NS.stanzaErrors}'/></failed>`
}

export function managementFailed(connection: Connection, condition: StanzaCondition, h = -1): void {
  connection.write(failedXml(condition, h))
}
