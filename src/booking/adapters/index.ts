/** Every booking system that Stayline can be connected to. */
import type { BookingAdapter } from '../ingress/adapter.js';
import { apaleo } from './apaleo.js';
import { generic } from './generic.js';

export const ADAPTERS: readonly BookingAdapter[] = [generic, apaleo];
