/**
 * Numbers for places and actors while a world is made. Records carry a place's number: the order of making is part of
 * what a run writes.
 */
import type { Place } from '../../catalog/places.ts';

/** Parts under construction: places and actors get their numbers in the order they are asked for. */
export class Maker {
  /** The world's places by number. */
  readonly places: Place[] = [];
  /** What kind of actor (ACTOR_*) each number is, and its index among its kind. */
  readonly kinds: number[] = [];
  readonly indexes: number[] = [];

  /** @returns the place's number */
  place(place: Place): number {
    this.places.push(place);
    return this.places.length - 1;
  }

  /** @returns the actor's number @param kind ACTOR_* @param index of what it acts for, among its kind */
  actor(kind: number, index: number): number {
    this.kinds.push(kind);
    this.indexes.push(index);
    return this.kinds.length - 1;
  }
}
