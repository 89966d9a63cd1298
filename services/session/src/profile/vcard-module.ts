import { bareOf, trusted } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { IqContext } from '../modules/iq-context.ts'
import { changeAvatar } from './avatar.ts'
import { isEmpty, readVCard } from './read-vcard.ts'
import { eraseVCard, storeVCard, vcardOf } from './vcard-store.ts'

const VCARD = `{${NS.vcardTemp}}vCard`
const VCARD_BYTES = 131_072

/** XEP-0054: vcard-temp. Anybody may read a vCard: its owner has published it. */
export const vcardModule = defineModule<IqContext>({
  name: 'vcard',
  xeps: [
    { number: '0054', version: '1.3.0' },
    { number: '0153', version: '1.1.1' },
  ],
  features: { server: [NS.vcardTemp], account: [NS.vcardTemp] },
  iq: [
    onGet('account', VCARD, get),
    onSet('account', VCARD, set),
    onGet('nobody', VCARD, get),
    onSet('nobody', VCARD, notYours),
  ],
})

/** §3.2. */
function notYours(): Outcome {
  return refuse(stanzaError('forbidden'))
}

function isOwner(request: Stanza, { user, resource }: IqContext): boolean {
  return resource !== undefined && bareOf(trusted(request.from!)) === user.jid
}

function get(request: Stanza, context: IqContext): Promise<Outcome> {
  return context.chore(async () => {
    const xml = await vcardOf(context.session.db, context.user.jid)
    if (xml !== undefined) return { kind: 'raw', xml, name: VCARD }
    // §3.1: of the two answers that there are the one that clients can go on with.
    if (isOwner(request, context)) return reply(el('vCard', { xmlns: NS.vcardTemp }))
    // §3.3: the same where there is no vCard and where there is no such account.
    return refuse(stanzaError('service-unavailable'))
  })
}

/** §3.2: always the whole of it. */
function set(request: Stanza, context: IqContext): Outcome | Promise<Outcome> {
  if (!isOwner(request, context)) return notYours()
  if (request.payload.length > VCARD_BYTES)
    return refuse(stanzaError('policy-violation', { text: `a vCard may have ${VCARD_BYTES} bytes` }))
  const element = request.child('vCard', NS.vcardTemp) as Element
  const vcard = readVCard(element)
  if (vcard === undefined) return refuse(stanzaError('bad-request', { text: 'the photo is not Base64' }))
  const { session, user } = context
  return context.chore(async () => {
    if (isEmpty(element)) await eraseVCard(session.db, user.jid)
    else await storeVCard(session.db, user.jid, vcard)
    changeAvatar(session, user, vcard.photo)
    return reply()
  })
}
