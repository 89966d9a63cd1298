import type { TraceEvent } from '@heliograph/rpc'
import type { Command } from '../command.ts'

const NOTES: Partial<Record<TraceEvent['place'], string>> = {
  watching: 'is watched',
  lost: 'is not watched any more: it stopped, or can not be reached',
}

export const trace: Command = {
  name: 'trace',
  parameters: ['JID'],
  help: 'Show what passes of a user anywhere, until interrupted; --bodies with texts, where the configuration allows it.',
  async run(context, [jid = '']) {
    for await (const event of context.trace({ jid, bodies: context.options.bodies ?? false })) {
      context.print({ data: event, text: lineOf(event) })
    }
    return { data: { ended: true }, text: 'ended' }
  },
}

function lineOf({ time, instance, place, direction, jid, stanza, dropped }: TraceEvent): string {
  const when = new Date(time).toISOString()
  const note = NOTES[place]
  if (note !== undefined) return `${when} ${instance} ${note}`
  const left = dropped === 0 ? '' : `${when} ${instance} ${dropped} left out: they came faster than they were read\n`
  return `${left}${when} ${instance} ${place} ${direction} ${jid}\n  ${stanza}`
}
