import { localOf } from '@heliograph/jid'
import { decodeBase64, provesPassword, type Success, UPGRADE_HASHES, type UpgradeTask } from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import type { Login, Upgrade } from './login.ts'

const PREFIX = 'UPGR-SCRAM-'

/** What upgrades there are (XEP-0480 §3.1): the same for everybody, or it would show who has an account, and of what kind. */
export const upgradeFeature = UPGRADE_HASHES.map(
  (hash) => `<upgrade xmlns='${NS.saslUpgrade}'>${PREFIX}${hash}</upgrade>`,
).join('')

/** The next upgrade that the client asked for and its account needs; undefined: none is left. */
export async function nextUpgrade(
  connection: Connection,
  login: Login,
  success: Success,
): Promise<Upgrade | undefined> {
  // Keys are made of a password, and only who has just shown that it has that may make them.
  if (!provesPassword(connection.mechanism)) return undefined
  for (let name = login.upgrades.shift(); name !== undefined; name = login.upgrades.shift()) {
    const hash = UPGRADE_HASHES.find((each) => `${PREFIX}${each}` === name)
    if (hash === undefined) continue
    const scope = { username: localOf(success.identity), domain: connection.domain!, source: connection.address, hash }
    const task = await connection.edge.upgrades.upgradeStart(scope)
    if (task !== undefined) return { name, scope, task, success, begun: false }
  }
  return undefined
}

/** `<continue/>` (XEP-0388 §2.6.3): one task at a time. The first one carries what the mechanism had to say last. */
export function continueXml(login: Login, { name }: Upgrade): string {
  const data = login.data === undefined ? '' : `<additional-data>${login.data.toString('base64')}</additional-data>`
  login.data = undefined
  return `<continue xmlns='${NS.sasl2}'>${data}<tasks><task>${name}</task></tasks></continue>`
}

/** XEP-0480 §4 */
export function saltXml({ salt, iterations }: UpgradeTask): string {
  const content = `<salt xmlns='${NS.scramUpgrade}' iterations='${iterations}'>${salt.toString('base64')}</salt>`
  return `<task-data xmlns='${NS.sasl2}'>${content}</task-data>`
}

/** Takes the keys from the client. @returns false when it sent none, or the account doesn't take them */
export async function takeUpgrade(connection: Connection, { scope, task }: Upgrade, data: Element): Promise<boolean> {
  const saltedPassword = decodeBase64(data.getChildText('hash', NS.scramUpgrade)?.trim() ?? '')
  if (saltedPassword === undefined || saltedPassword.length === 0) return false
  const done = await connection.edge.upgrades.upgradeFinish({ ...scope, ...task, saltedPassword })
  if (done) connection.edge.events.upgraded(scope.hash)
  return done
}
