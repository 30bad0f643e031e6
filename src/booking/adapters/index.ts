/** Every booking system that Stayline can be connected to. */
import type { BookingAdapter } from '../ingress/adapter.js';
import { apaleo } from './apaleo.js';
import { generic } from './generic.js';
import { mews } from './mews.js';
import { opera } from './opera.js';

export const ADAPTERS: readonly BookingAdapter[] = [generic, apaleo, mews, opera];
