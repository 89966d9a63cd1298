import { NS, type StanzaCondition } from '@heliograph/stanza'
import type { Connection } from '../connection.ts'

/** `<failed/>` (XEP-0198 §6); `h` where what a lost stream had handled is known (§5). */
export function managementFailed(connection: Connection, condition: StanzaCondition, h = -1): void {
  const handled = h < 0 ? '' : ` h='${h}'`
  connection.write(
    `<failed xmlns='${NS.streamManagement}'${handled}><${condition} xmlns='${NS.stanzaErrors}'/></failed>`,
  )
}
