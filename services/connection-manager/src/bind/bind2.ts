import { randomBytes } from 'node:crypto'
import { codecs, Envelope, Op, type Opened } from '@heliograph/bus'
import { prepareResource } from '@heliograph/jid'
import { clientIdOf } from '@heliograph/sasl'
import { formatTimestamp, NS } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { parseCount } from '../management/count.ts'
import { enabledXml } from '../management/enable.ts'
import { failedXml } from '../management/failed.ts'
import { originOf } from '../session/origin.ts'
import { ask } from '../stream/binding.ts'

const INLINE = [NS.streamManagement, NS.carbons, NS.clientState].map((each) => `<feature var='${each}'/>`).join('')

/** What Bind 2 does at once for who asks (XEP-0386 §3.1): stream management, copies, inactivity; the archive's extent comes unasked. */
export const bind2Feature = `<bind xmlns='${NS.bind2}'><inline>${INLINE}</inline></bind>`

const ID_BYTES = 9

/** `<bind/>` of XEP-0386 §3.2: a resource of the server's making, and what the client wants of its session. */
export function askToBind(connection: Connection, bind: Element, agent: string | undefined): void {
  const enable = wishOf(bind)
  const client = agent === undefined ? '' : clientIdOf(connection.identity!, agent)
  const id = client === '' ? randomBytes(ID_BYTES).toString('base64url') : client
  const tag = bind.getChildText('tag', NS.bind2) ?? ''
  const envelope = new Envelope(Op.open)
  envelope.body = codecs.open.encode({
    // A tag that can't be part of a resource is left out.
    resource: (tag === '' ? undefined : prepareResource(`${tag}/${id}`)) ?? id,
    client,
    fetches: true,
    manage: enable !== undefined,
    resume: enable?.attrs.resume === 'true' || enable?.attrs.resume === '1',
    max: parseCount(enable?.attrs.max) ?? 0,
    copies: bind.getChild('enable', NS.carbons) !== undefined,
    ...originOf(connection),
  })
  ask(connection, envelope)
}

function wishOf(bind: Element | undefined): Element | undefined {
  return bind?.getChild('enable', NS.streamManagement)
}

/** Whether the client begins as an inactive one (XEP-0352). */
export function beginsInactive(bind: Element | undefined): boolean {
  return bind?.getChild('inactive', NS.clientState) !== undefined
}

/** `<bound/>` (XEP-0386 §3.2): how far the archive goes, and what came of stream management where it was asked for. */
export function boundXml(answer: Opened, bind: Element | undefined): string {
  const { managed, smId, max } = answer
  // XEP-0386 §3.2: it "MUST contain the resulting XEP-0198 <enabled/> (or <failed/>)".
  const refused = wishOf(bind) === undefined ? '' : failedXml('internal-server-error')
  const management = managed ? enabledXml(smId, max) : refused
  return `<bound xmlns='${NS.bind2}'>${answer.extent ? extentXml(answer) : ''}${management}</bound>`
}

function extentXml({ firstMessage, lastMessage }: Opened): string {
  const end = (name: string, id: number) =>
    // Archive ids are microseconds.
    `<${name} id='${id}' timestamp='${formatTimestamp(id / 1000)}'/>`
  const ends = lastMessage === 0 ? '' : `${end('start', firstMessage)}${end('end', lastMessage)}`
  return `<metadata xmlns='${NS.mam}'>${ends}</metadata>`
}
