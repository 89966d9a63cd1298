import { defineModule, type Outcome, onGet, refuse, reply } from '@heliograph/module'
import { el, formElement, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { IqContext } from '../modules/iq-context.ts'
import { PURPOSES, REQUEST, readSlotRequest } from './slot-request.ts'

/** XEP-0363: HTTP File Upload, at the address `upload.` of each domain. */
export const upload = defineModule<IqContext>({
  name: 'upload',
  xeps: [{ number: '0363', version: '1.2.0', note: 'without the purpose `permanent`' }],
  features: {
    upload: [
      NS.discoInfo,
      NS.discoItems,
      NS.httpUpload,
      ...PURPOSES.map((purpose) => `${NS.httpUploadPurpose}#${purpose}`),
    ],
  },
  iq: [
    onGet('upload', `{${NS.discoInfo}}query`, info),
    onGet('upload', `{${NS.discoItems}}query`, items),
    onGet('upload', REQUEST, give),
  ],
})

/** §3: with the size of the largest file, so that clients needn't ask in vain. */
function info(request: Stanza, { session }: IqContext): Outcome {
  if (request.child('query', NS.discoInfo)?.attrs.node) return refuse(stanzaError('item-not-found'))
  const most = String(session.slots?.maxFileBytes ?? 0)
  const form = formElement({
    type: 'result',
    formType: NS.httpUpload,
    fields: [{ var: 'max-file-size', values: [most] }],
  })
  return reply(
    el(
      'query',
      { xmlns: NS.discoInfo },
      el('identity', { category: 'store', type: 'file', name: 'HTTP File Upload' }),
      session.modules.features('upload').map((feature) => el('feature', { var: feature })),
      form,
    ),
  )
}

function items(): Outcome {
  return reply(el('query', { xmlns: NS.discoItems }))
}

function give(stanza: Stanza, { session, user, resource, chore }: IqContext): Outcome | Promise<Outcome> {
  const { slots, events } = session
  if (slots === undefined) return refuse(stanzaError('service-unavailable'))
  if (!resource) return refuse(stanzaError('forbidden', { text: 'only for users of this server' }))
  const request = readSlotRequest(stanza, Date.now())
  if ('condition' in request) return refuse(request)
  return chore(async () => {
    const slot = await slots.give(user.jid, request)
    events.slotAsked('condition' in slot ? slot.condition : 'given')
    if ('condition' in slot) return refuse(slot)
    return reply(el('slot', { xmlns: NS.httpUpload }, el('put', { url: slot.put }), el('get', { url: slot.get })))
  })
}
