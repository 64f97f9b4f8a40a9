/** What a change of prices does to stored calls. Money as decimal text in USD. */
export interface TouchedCalls {
  /** Pending calls that get a cost, and that cost. */
  readonly newlyPriced: { readonly calls: number; readonly costUsd: string };
  /** Priced calls whose cost changes. */
  readonly corrected: { readonly calls: number; readonly beforeUsd: string; readonly afterUsd: string };
  /** Priced calls whose price is taken back with none in its place: they wait again. */
  readonly newlyPending: { readonly calls: number; readonly beforeUsd: string };
}

export interface ChangePreview {
  readonly openDays: TouchedCalls;
  /** Closed days whose raw events are still there: the difference is posted as adjustments. */
  readonly closedDays: TouchedCalls;
  /** Retired days: only their kept (pending) calls can still change. */
  readonly retiredDays: TouchedCalls & {
    /** Cost in retired days that was made with price versions this change replaces, and that stays as it is. */
    readonly outOfReachUsd: string;
  };
}
