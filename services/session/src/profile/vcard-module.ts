import { defineModule, type Outcome, onGet, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { IqContext } from '../modules/iq-context.ts'
import { type OwnContext, onOwnSet } from '../modules/own.ts'
import { changeAvatar } from './avatar.ts'
import { publishAvatar } from './convert-avatar.ts'
import { publishVCard } from './convert-vcard.ts'
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
    onGet('nobody', VCARD, get),
    // §3.2
    ...onOwnSet(VCARD, set),
  ],
})

function get(_request: Stanza, context: IqContext): Promise<Outcome> {
  return context.chore(async () => {
    const xml = await vcardOf(context.session.db, context.user.jid)
    if (xml !== undefined) return { kind: 'raw', xml, name: VCARD }
    // §3.1: of the two answers that there are the one that clients can go on with.
    if (context.resource !== undefined) return reply(el('vCard', { xmlns: NS.vcardTemp }))
    // §3.3: the same where there is no vCard and where there is no such account.
    return refuse(stanzaError('service-unavailable'))
  })
}

/** §3.2: always the whole of it. */
function set(request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  if (request.payload.length > VCARD_BYTES)
    return refuse(stanzaError('policy-violation', { text: `a vCard may have ${VCARD_BYTES} bytes` }))
  const element = request.child('vCard', NS.vcardTemp) as Element
  const vcard = readVCard(element)
  if (vcard === undefined) return refuse(stanzaError('bad-request', { text: 'the photo is not Base64' }))
  const { session, user } = context
  return context.chore(async () => {
    if (isEmpty(element)) await eraseVCard(session.db, user.jid)
    else await storeVCard(session.db, user.jid, vcard)
    const isOther = vcard.photo !== (user.avatar ?? '')
    changeAvatar(session, user, vcard.photo)
    if (isOther) await publishAvatar(session, user, element)
    await publishVCard(session, user, element)
    return reply()
  })
}
