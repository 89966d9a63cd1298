import type { Metrics } from '@heliograph/telemetry'

/** What this service counts. */
export type MucEvents = ReturnType<typeof mucEvents>

export function mucEvents(metrics: Metrics) {
  const counter = (name: string, help: string) => metrics.counter(`heliograph_muc_${name}_total`, help)
  const messages = counter('messages', 'Messages sent to all in a room')
  const copies = counter('copies', 'Clients that messages and presence of rooms were sent to')
  const entered = counter('entered', 'Clients that entered a room')
  const left = counter('left', 'Clients that left a room or were removed from it')
  const refused = counter('refused', 'Stanzas that rooms refused')
  const slowed = counter('slowed', 'Messages and presence refused because they came too fast')
  const listedRefused = counter(
    'listed_refused',
    'Clients that did not enter a room, or were removed from it, because a block list names them',
  )
  const questions = (outcome: string) =>
    metrics.counter(
      'heliograph_muc_questions_total',
      'Questions to those who want to enter a room, and answers to them',
      { outcome },
    )
  const asked = {
    asked: questions('asked'),
    passed: questions('passed'),
    wrong: questions('wrong'),
    void: questions('void'),
  }
  const repeated = counter('repeated', 'Stanzas that a room had been sent before')
  const replayed = counter('replayed', 'Parcels sent again by the new owner of a room')
  const searchRefused = counter('searches_refused', 'Searches for rooms refused because of too many others')
  const full = counter('full', 'Stanzas refused because too much waited')
  return {
    message: (clients: number) => {
      messages.add()
      copies.add(clients)
    },
    presence: (clients: number) => copies.add(clients),
    entered: () => entered.add(),
    left: (count: number) => left.add(count),
    refused: () => refused.add(),
    slowed: () => slowed.add(),
    repeated: () => repeated.add(),
    replayed: (count: number) => replayed.add(count),
    listedRefused: () => listedRefused.add(),
    asked: (outcome: keyof typeof asked) => asked[outcome].add(),
    searchRefused: () => searchRefused.add(),
    full: () => full.add(),
  }
}
