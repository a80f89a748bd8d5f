r"""Sentences of invented abstracts, by what a sentence is there for; words in braces are filled in, each time anew.

``{name}``, ``{focus}`` and ``{goal}`` are the same in a whole abstract: its method, its subject, its use.
Six words at most stand between two gaps, so that two abstracts hardly ever share a run of eight. Each sentence has
gaps enough that two papers of millions hardly ever share it by chance, nor its first or last letters where it may stand
first or last: every two that do would be compared.
A sentence begins with a word of its own or a name, since what fills the other gaps has no capital.
"""

from __future__ import annotations

from typing import Final

BACKGROUND: Final = r"""
Throughout {field}, {many} and {mass} prevail, and {objs} are no exception.
Progress in {adj} {mass} makes {doing} {adverb} easier, while {mass} stays {adj}.
Today {adj} {many} excel at {doing}, from {field} to {field}.
At the heart of {field} lie {adj} {mass} and {goal}; {many} {adverb} follow.
Systems that {adverb} {act} must {act} and {act} at the same time.
The promise of {adj} {mass} lies in {many} that {adverb} {act}.
Lately, {adj} {many} have {done} the way {objs} are {verbed}.
In {field}, {one} is often {verbed} together with {many}.
Humans {act} {adverb}; {many} do not.
Attempts at {doing} need {adj} {mass}, which in turn needs {many}.
What makes {adverb} {doing} {adj} is neither {measure} nor {measure}, but {mass}.
From {adj} {objs} to {objs}, {mass} has become {a_adj} ingredient of {field}.
Trained on {adj} {objs}, {many} show {adj} {measure}.
Models with {adj} {many} can {act}, {act} and even {act}.
Usually, {adj} {mass} and {mass} are studied apart from {many}.
The {measure} of {many} has grown {times} in {field}.
Teams in {field} {adverb} {act} before {one} is applied.
To {field}, {one} that can {act} would be {adj}.
As {many} grow to {size} parameters, {doing} becomes {adj}.
The cost of {adj} {mass} is that of {doing}, with {mass} and {measure} beside it.
Much work {adverb} {acts} with {many} to {act}.
Whenever {objs} are {adj}, {mass} comes first.
Most {adj} {objs} carry {adj} structure that {many} seldom exploit.
Interest in {adj} {objs} and {focus} has been fuelled by {many} for {field}.
"""

GAP: Final = r"""
However, {many} {adverb} fail once {objs} become {adj}.
Yet {mass} remains {adj}: {many} {act} at the expense of {measure}.
Existing methods {act} with {one}, which {verbs} {measure} and ignores {mass}.
Unfortunately, {doing} suffers from {adj} {measure} and {adj} {measure}.
Whether {many} can {act} without {mass} is still unknown.
This leaves {mass} {done} and its {measure} unexplained.
Current {many} assume that {objs} are {adj}, an assumption that {field} violates.
Standard {mass} needs {count} times more {objs} than {field} can offer.
Still, little is understood about how {many} {act} under {mass}.
Worse, {many} inherit {adj} {measure} from {objs}, and {mass} adds to it.
The lack of {objs} holds {mass} back, and {many} with it.
Naive {mass} {acts} twice and loses {pct} of {measure}.
At the same time, {one} costs {times} more {measure} than {one}.
Two obstacles stand out: {adj} {measure}, and {many} that cannot {act}.
Such {many} are {adj}, however, and {adverb} {verb} what they were meant to {verb}.
We observe {a_adj} mismatch between {mass} and {mass}.
When {objs} drift, {many} lose up to {pct} of their {measure}.
Previous attempts at {focus} either {act} or {act}, never both.
None of {many} in use today can {adverb} {act}.
A closer look at {model} reveals {adj} {measure} on {objs}.
Prior work on {mass} treats {objs} as {adj}, which hides {measure}.
In practice, {doing} is limited by {one} rather than by {measure}.
"""

PROPOSAL: Final = r"""
We introduce {name}, {one} for {focus} that {acts} {adverb}.
In this work, we propose {name}, which {treats} and {acts} for {goal}.
This paper presents {name}: {one} that {adverb} {acts}.
To this end, {name} {acts} through {mass} and {one}.
We revisit {focus} and {verb} it as {mass} over {objs}.
Our answer is {name}, {one} built around {focus}.
We ask whether {focus} can replace {mass}, and answer with {name}, {one}.
Here we show that {one} suffices for {goal} when {objs} are {verbed}.
{name} turns {mass} into {adj} {mass}, so that {many} {act}.
Motivated by {mass}, we develop {name} to {act} and {act}.
We bring {focus} to {field} and call the outcome {name}.
We formulate {goal} as {mass} and solve it with {name}, {one}.
Starting from {one}, we derive {name}, {a_adj} approach to {focus}.
We study {focus} under {adj} {measure} and introduce {name}, {one}.
Against this background, {name} offers {adj} {mass} at {adj} {measure}.
Instead of {doing}, {name} {treats} with {one}.
We close this gap with {name}: {many} that {act} {adverb}.
The idea behind {name} is {adj}: {act} first, {act} later.
"""

DETAIL: Final = r"""
Specifically, {one} {acts} while {one} keeps {mass} {adj}.
At its core, {one} {adverb} {treats} into {many}.
First, {a_adj} stage {acts}; then a second one {treats}.
We {act} with {one}, {verb} them by {mass}, and {verb} what remains.
Rather than {doing}, {name} {adverb} {treats}.
Each of {many} is {verbed} by {one} and {verbed} by {one}.
With {mass} come {adj} signals that {one} {verbs} into {many}.
To keep {measure} {adj}, we {treat} between {mass} and {mass}.
In each round, {one} decides which {objs} to {verb} and which to {verb}.
The {adj} objective {verbs} {measure} and {measure} through {mass}.
Training alternates {mass} with {mass}, so {many} never {act}.
We also {verb} {one} that {adverb} {acts}.
Key to {name} is {one}, which lets {many} {act}.
During inference, {many} are {verbed} on the fly and {objs} {done}.
While {doing} is {verbed} to {one}, {doing} is left to {one}.
A light-weight {mass} step {treats} without touching {one}.
For {objs}, {one} replaces {mass}; for {objs}, we {treat}.
Its {adj} design {treats}, {acts} and leaves {measure} intact.
In contrast to {model}, it {acts} before {mass}.
We pair {one} with {one} to {act}.
Concretely, {mass} is run for {count} rounds on {objs}.
The resulting {many} {adverb} {act}, {objs} and {objs}.
We further {verb} {measure} by {doing} under {formula}.
All {many} share {one}, which {verbs} {measure} and {acts}.
This {treats} {adverb} and makes {mass} {adj}.
On top of {mass}, {one} {acts} that {field} would discard.
Gradients flow through {one} only, while {many} stay {adj}.
The {adj} part, {mass}, is {verbed} once; the rest is {verbed} per {objs}.
We let {one} {treat}, then {verb} its {measure} with {mass}.
Because {objs} are {adj}, {one} can {verb} them without {mass}.
As a by-product, {many} learn to {act} {adverb}.
Memory is spent on {many} alone: {objs} are {done}.
Whereas {mass} is carried out by {one}, {one} takes care of {mass}.
{name} thereby {acts} at {pct} of the {measure}.
The procedure {treats} whenever {measure} exceeds {num}.
{model}, {done}, provides {many} for {doing}.
"""

THEORY: Final = r"""
We prove that {mass} converges at rate {formula} for {objs}.
Under {adj} conditions, {one} attains {formula} {measure}.
Theoretically, {many} {act} with {measure} of order {formula}.
Our analysis ties {mass} to {adj} {measure} through {formula}.
In turn, {a_adj} lower bound shows that {formula} cannot be {verbed} by {many}.
We derive {adj} guarantees for {mass} in terms of {formula}.
In the limit, {one} is {adj} and {measure} vanishes as {formula}.
The proof {treats} and rests on {adj} {mass}.
"""

DATA: Final = r"""
We also release {bench}, {count} thousand {objs} for {doing}.
To measure progress, we collect {bench}, which covers {objs}, {objs} and {objs}.
{bench} contains {objs} {verbed} by experts in {field}.
Along the way we build {bench}, {a_adj} benchmark of {objs}.
We {act} from {field} into {bench}, the first suite for {mass}.
A new test set, {bench}, asks {many} to {act}.
Data come from {field} and {field}: {objs}, {done}.
"""

EXPERIMENT: Final = r"""
We evaluate {name} on {bench}, {bench} and {objs}.
Experiments on {bench} cover {objs}, {objs} and {count} tasks in {field}.
Tests with {model} and {model} span {field} and {field}.
We compare {name} with {model}, {model} and {one}.
Across {bench} and {bench}, {many} are {verbed} on {objs}.
For {size} models, we {verb} {bench} and {verb} {bench}.
A study with {objs} from {field} complements {bench}.
Ablations {verb} {one}, {mass} and the choice of {many}.
Our experiments {act} with {model} at up to {size} parameters.
Extensive tests on {objs} and {objs} support {mass}.
"""

RESULT: Final = r"""
{name} improves {measure} by {pct} over {model} and {adverb} {verbs} {measure}.
On {bench}, it reaches {num} {measure}, {times} better than {model}.
It {acts} {times} faster than {one} at equal {measure}.
We find that {many} {act} {adverb}, whereas {many} do not.
On {bench}, {measure} rises from {num} to {num}, and {adverb} on {bench}.
Results show {adj} gains for {objs}, with {measure} up by {pct}.
With {size} parameters, {name} matches {model} on {objs} and beats it on {objs}.
Surprisingly, {one} alone explains {pct} of the {measure}.
Gains in {measure} carry over to {field}, where {objs} are {adj}.
Compared with {model}, {measure} drops by {pct} only.
The same {many} transfer to {objs} without {mass}.
Removing {one} costs {pct} {measure} on {bench}.
It {adverb} outperforms {model} and {model} in {measure}, {measure} and {measure}.
Remarkably, {mass} helps {objs} more than {mass} does.
On {objs}, the gap to {model} shrinks to {num} points.
{model} with {name} needs {pct} less {measure} for {doing}.
We report {num} {measure} on {bench}, the highest among {adj} {many}.
Even {objs} are {done}, at {num} {measure}.
Scaling {many} to {size} {verbs} {measure} by another {pct}.
User studies in {field} prefer {name} in {pct} of {objs}.
"""

CLOSING: Final = r"""
Our findings suggest that {mass} and {mass} pave {a_adj} path to {goal}.
Together, these results make {doing} {adj} and {mass} {adj} for {field}.
We hope that {name} will {verb} research on {mass} in {field}.
This opens {adj} directions for {mass} and {mass}.
Taken as a whole, {many} deserve more attention in {field} than {adj} {mass}.
We discuss limits of {name}, {mass} among them, and {adj} {objs}.
The work offers {adj} insight into how {many} {adverb} {act}.
Our study argues for {adj} {mass} wherever {objs} are {verbed}.
In sum, {focus} is {adj}, {adj} and ready for {field}.
These observations call for {many} that {act} {adverb}.
"""

UNICODE: Final = r"""
The {surname}–{surname} test confirms that {many} are {adj}.
Following {surname} and {surname}, we {act} — “{adj}” in their words — by {mass}.
We thank the {surname} collection for {objs} and {objs} (naïve, façade and coöperation included).
"""  # noqa: RUF001 - the dash between two people's names

QUOTES: Final = r"""
We call this ``{adj} {measure}'' and {verb} it with {one}.
So-called \textit{{adj}} {objs} gain {pct} \emph{{adverb}} with {mass}.
This "{measure} tax" grows with {objs} & {objs}; {mass} pays for it.
"""
