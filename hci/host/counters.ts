/** What the adapter or a peer did that nobody could use. None of it throws; all of it is counted. */
export interface Counters {
  /** Events whose octets do not have their declared form. */
  malformedEvents: number;
  /** Events and subevents this stack does not declare. */
  unknownEvents: number;
  /** Answers to commands that were not under way. */
  unexpectedAnswers: number;
  /** Events for a handle that is no link of ours, or that the link cannot expect now. */
  strayEvents: number;
  /** Completed packets beyond those outstanding. */
  excessCompletions: number;
  /** ACL packets that belong to no link, came too late, or did not fit the space for early ones. */
  strayData: number;
  /** ACL packets whose header contradicts itself. */
  malformedData: number;
  /** Packets of a kind an LE host does not use. */
  unusedPackets: number;
}

export function newCounters(): Counters {
  return {
    malformedEvents: 0,
    unknownEvents: 0,
    unexpectedAnswers: 0,
    strayEvents: 0,
    excessCompletions: 0,
    strayData: 0,
    malformedData: 0,
    unusedPackets: 0,
  };
}
