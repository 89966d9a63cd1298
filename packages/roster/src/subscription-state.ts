import type { RosterItem, Subscription } from './roster.ts'

/** The kinds of presence that change a subscription (RFC 6121 §3). */
export type SubscriptionType = 'subscribe' | 'subscribed' | 'unsubscribe' | 'unsubscribed'

/** A subscription's state (RFC 6121 Appendix A.1) as its four independent parts. */
export interface SubscriptionState {
  /** The user sees the contact. */
  readonly to: boolean
  /** The contact sees the user. */
  readonly from: boolean
  /** The user's request is unanswered. */
  readonly pendingOut: boolean
  /** The contact's request is unanswered. */
  readonly pendingIn: boolean
}

/** What a subscription stanza does. */
export interface Transition {
  readonly state: SubscriptionState
  /** Outbound: whether the server sends it on. Inbound: whether the user is told. */
  readonly pass: boolean
}

export const NO_SUBSCRIPTION: SubscriptionState = { to: false, from: false, pendingOut: false, pendingIn: false }

/** The user's client sends it: RFC 6121 Appendix A.2. */
export function outbound(state: SubscriptionState, type: SubscriptionType): Transition {
  switch (type) {
    case 'subscribe':
      return { state: { ...state, pendingOut: state.pendingOut || !state.to }, pass: true }
    case 'unsubscribe':
      return { state: { ...state, to: false, pendingOut: false }, pass: true }
    case 'subscribed':
      return { state: { ...state, from: state.from || state.pendingIn, pendingIn: false }, pass: state.pendingIn }
    case 'unsubscribed':
      return { state: { ...state, from: false, pendingIn: false }, pass: state.from || state.pendingIn }
  }
}

/** The contact's server sends it: RFC 6121 Appendix A.3. */
export function inbound(state: SubscriptionState, type: SubscriptionType): Transition {
  switch (type) {
    case 'subscribe':
      return { state: { ...state, pendingIn: state.pendingIn || !state.from }, pass: !state.from && !state.pendingIn }
    case 'unsubscribe':
      return { state: { ...state, from: false, pendingIn: false }, pass: state.from || state.pendingIn }
    case 'subscribed':
      return { state: { ...state, to: state.to || state.pendingOut, pendingOut: false }, pass: state.pendingOut }
    case 'unsubscribed':
      return { state: { ...state, to: false, pendingOut: false }, pass: state.to || state.pendingOut }
  }
}

export function stateOf(item: RosterItem | undefined): SubscriptionState {
  if (!item) return NO_SUBSCRIPTION
  const { subscription } = item
  return {
    to: subscription === 'to' || subscription === 'both',
    from: subscription === 'from' || subscription === 'both',
    pendingOut: item.ask,
    pendingIn: item.request !== '',
  }
}

export function subscriptionOf({ to, from }: SubscriptionState): Subscription {
  if (to) return from ? 'both' : 'to'
  return from ? 'from' : 'none'
}
