"""Plain words that titles and abstracts of the invented world are made of. No sentence and no phrase stands here."""

from __future__ import annotations

from typing import Final


def list_words(text: str) -> tuple[str, ...]:
    """List the words of a text.

    >>> list_words("sparse dense")
    ('sparse', 'dense')
    """
    return tuple(text.split())


ADJECTIVES: Final = list_words("""
sparse dense latent causal spectral recursive elastic robust gradual stochastic convex tropical implicit explicit
brittle coarse granular modular noisy quantized rotational symbolic tensorial uniform volatile weighted acoustic
adaptive additive affine algebraic amortized ambient analytic anchored annealed asymmetric atomic augmented autonomous
balanced banded bilinear binary blended bounded branched calibrated canonical chaotic circular clustered cyclic
coherent compact competing composite compressed concave conformal congruent contextual continual correlated coupled
cumulative curated curved damped decaying deferred deformable degenerate delayed detached diffusive discrete disjoint
distilled diverse dormant dual dyadic dynamic eager embodied emergent empirical entangled episodic ergodic evolving
exhaustive expressive external factored faithful federated fibrous finite flexible fluid folded forgetful fractal
fragmented frozen frugal fused gated generic geodesic geometric global graded harmonic heavy holistic hybrid hyperbolic
idle incomplete inert inductive informed integral invariant inverse irregular isotropic iterative joint kinetic lagged
layered lazy lexical linear local localized logical lossy magnetic marginal masked matched maximal mechanical metric
minimal mixed monotone mutable mutual narrow nested neutral nominal nonlinear normalized notional oblique offline
online opaque optimal orbital ordinal orthogonal parallel parametric partial passive periodic periodical permuted
persistent perturbed pivotal planar plastic pliable pointwise polar porous pooled predictive preemptive primal private
procedural projective pruned quadratic radial random rational reactive redundant refined reflective regional regular
relational relaxed reluctant residual resilient reversible rigid scalable scalar scattered seasonal segmented selective
semantic separable sequential serial shared shallow shifted silent simulated skewed smooth soft spatial spherical
staged static stationary steerable stepwise stratified streaming strict structural submodular subtle surrogate
symmetric synthetic tabular tangled temporal terminal textual thermal tidal tolerant tractable transient truncated
turbulent unbiased uncertain universal unrolled unstable valid vectorial verifiable versatile viscous visual weak wide
zonal agile airy alert ample apt arid bare basic blank bleak blind bold bound brief bright brisk broad bulky busy calm
civic clean clear close cold cool costly crisp crude dark deep dim dire drab dry dull early equal even exact extra
faint fair false fast fine firm fit flat fleet frail free fresh full fuzzy glad good grand great green grim half hard
harsh hasty high hollow honest huge humble icy ideal inner jagged keen kind large late lean level light limp little
lively lone long loose loud low lucid lunar main major mature mellow mild minor mobile modest moist moral mute naive
native neat new nimble noble novel oblong odd old open outer pale patchy petty plain plural polite poor potent prime
prior pure quick quiet rapid rare raw ready real rich right ripe rough round royal rural rustic safe scant sharp sheer
short shy simple single sleek slim slow small smart sober solar sole solid sonic sparing spiral square stable stale
stark steady steep sterile stiff still stout strong sturdy subdued sudden sunny sure swift tacit tall tame tardy taut
tender terse thick thin tidy tight tiny total tough tricky trim true twin unary unique urban usable usual vague valued
vast vital vivid warm wary waxy weary wet whole wild windy wise woven
""")

COMPOUND_PREFIXES: Final = list_words("cross inter intra multi non sub super hyper semi self trans pre")

COMPOUND_STEMS: Final = list_words("""
modal temporal lingual scale view layer domain task agent token frame stage spectral lexical parametric uniform planar
atomic cortical relational optical regional
""")

TRAITS: Final = list_words("aware free guided conditioned efficient agnostic driven based centric level")

MODIFIERS: Final = list_words("""
token anchor gradient kernel prompt memory graph reward query vector subspace manifold lattice pixel voxel patch frame
scene motion gesture speech phoneme melody caption dialogue document passage sentence entity relation schema table
ledger program compiler function proof lemma theorem policy action planner goal skill tool agent crowd market auction
budget cache buffer queue stream packet channel bandwidth sensor radar lidar depth texture shadow contour mesh surface
splat ray camera lens exposure color palette stroke glyph font layout canvas widget browser cursor keyboard protein
residue ligand enzyme genome codon tissue neuron synapse spike cortex retina pulse tremor clinic triage dosage symptom
patient epidemic climate storm rainfall river glacier soil crop forest canopy species habitat orbit satellite galaxy
photon plasma lepton crystal alloy polymer membrane fracture lever joint gripper wheel drone convoy traffic route
terrain harbor grid turbine battery furnace valve pipeline warehouse parcel invoice contract statute court verdict
citation author archive corpus dialect accent grammar syntax morpheme pronoun idiom metaphor rumor belief opinion
persona tutor lesson exam rubric essay puzzle game opponent bluff ballot survey census label annotator outlier drift
noise entropy margin variance moment quantile spectrum wavelet phase frequency echo filter codec adapter expert router
head layer block residual embedding logit softmax decoder encoder sampler scheduler optimizer curvature momentum batch
epoch shard replica cluster node edge hyperedge community motif walk tree branch root boundary horizon window segment
chunk span landmark keypoint skeleton acorn amber anvil apple arch arrow ash atlas attic aurora axis badge bamboo
banner barley barn basin basket bay beacon bead beam bean beaver bell belt bench berry birch blade bloom boat bolt bond
bone boot bottle bow bowl braid brass bread brick brook broom brush bucket bulb bumper cabin cable candle cape cargo
carpet castle cave cedar cellar chalk chapel charm cherry chess chime chip cider cipher cliff cloak clock cloud clover
coal coast cobalt coil coin comet compass copper coral cord cork corn cotton cradle crane crate crest crown crumb cup
curb curtain dairy dam dawn deck desert dew dice dock dome door dough dune dusk dust eagle ear easel elm ember engine
estate fabric falcon farm feather fence fern ferry fiber field fig film fin flag flame flask fleet flint flock flood
floor flour flute fog foil fox fringe frost fruit fuel gale garden garlic garnet gate gem ginger glade glass glove glow
goat gold grain grape grass gravel groove guild gulf gum gust hail hall hammer hare harp hat haven hawk hay hazel heath
hedge helm herb heron hill hinge hive honey hoof hook horn hull inlet ink iris iron island ivory ivy jade jar jewel
jungle juniper kelp kettle key kiln kite knot ladder lake lamp lane lark latch lava lawn leaf lemon letter lily lime
linen lion loam lodge log loom lotus lute maple marble marsh mask mast mead meadow metal mill mine mint mist moat moon
moss moth mud mule nail nest net night nickel nut oak oar oasis oat olive onion opal orchid otter oven owl oyster
paddle palm panel paper parade path peach peak pear pearl peat pebble pepper petal piano pier pigeon pillar pilot pine
pipe pitch plain plank plate plow plum pocket pollen pond pony poplar porch port pot prairie prism pump quarry quartz
quill quilt rabbit raft rail ramp raven reed reef ribbon rice ridge ring robin rock rope rose ruby rug rye saddle sail
salt sand satin sauce saw scarf sea seal seed sheep shell shelf shield ship shore shrub silk silver skate sky slate
sled slope smoke snail snow spade spark spice spoke spoon spring spruce spur staff stair stamp star steam steel stem
step stone stool stove straw street string sugar summit sun swamp swan tar tavern tea tent thorn thread throne tide
tile tin tire toast torch tower trail train tray trout trunk tulip tunnel turf twig vale vane vase vault veil vine
violet violin wagon wall walnut wasp water wax wharf wheat willow wind wing winter wire wolf wood wool yarn yew zinc
""")

COUNTABLE_HEADS: Final = list_words("""
encoder decoder adapter router sampler planner verifier critic scorer ranker parser tagger indexer retriever tokenizer
estimator predictor regressor classifier detector tracker segmenter simulator generator optimizer scheduler controller
policy objective constraint penalty prior posterior kernel operator projection embedding transformer network module
backbone branch pathway pipeline framework surrogate proxy oracle teacher student ensemble committee mixture cascade
hierarchy pyramid lattice ladder curriculum schedule protocol interface codebook dictionary memory cache buffer
template prompt rubric checklist grammar program circuit subnetwork bottleneck gate mask filter wavelet manifold
subspace boundary margin bound certificate invariant symmetry bijection flow diffusion bridge solver integrator sketch
hash index graph tree forest chain field potential landscape trajectory rollout heuristic recipe primitive layer block
head expert agent coordinator auctioneer negotiator mediator annotator judge
""")

MASS_HEADS: Final = list_words("""
routing alignment pruning distillation quantization retrieval generation segmentation registration estimation inference
calibration attention aggregation pooling smoothing sharpening compression decoding encoding tokenization parsing
tagging ranking matching hashing indexing clustering sampling resampling scheduling planning search exploration
exploitation imitation adaptation transfer finetuning pretraining editing unlearning forgetting rehearsal replay
merging stitching grafting splicing imputation augmentation perturbation projection embedding rendering relighting
tracking grounding captioning translation rewriting verification attribution auditing watermarking steering probing
localization mapping navigation manipulation grasping control tuning weighting gating masking filtering denoising
deblurring upsampling diffusion propagation coordination negotiation arbitration delegation supervision feedback credit
""")

OBJECTS: Final = list_words("""
maps scans portraits sketches blueprints panoramas videos recordings songs melodies interviews lectures letters diaries
novels poems proverbs recipes reviews complaints invoices receipts contracts patents statutes rulings petitions ballots
reports memos ledgers tables charts diagrams slides posters catalogs essays proofs theorems equations puzzles riddles
quizzes exams games matches auctions markets portfolios prices loans claims policies surveys censuses archives
libraries scripts binaries kernels logs traces packets sessions clicks queries passages threads forums rumors headlines
captions subtitles dialects accents phonemes glyphs mosaics sculptures fabrics garments shoes kitchens rooms facades
bridges tunnels roads parcels vehicles bicycles trains vessels harbors drones robots grippers limbs gaits gestures
faces crowds patients biopsies lesions tumors organs tissues cells embryos genomes proteins ligands enzymes molecules
crystals alloys polymers membranes batteries turbines grids pipelines valves furnaces sensors antennas satellites
asteroids galaxies nebulae photons plasmas storms floods wildfires glaciers rivers aquifers soils crops orchards
forests meadows reefs birds insects mammals fossils minerals volcanoes tides winds clouds acorns alleys anchors antlers
apples arches arrows bakeries balconies ballads barns baskets beacons beads beans beehives bells benches berries
blankets boats books bottles bowls bracelets brochures brooms buckets buttons cabins cables calendars candles canoes
canyons carpets castles caves cellars chairs chapels cheeses chessboards chimes clocks coasts coats coins comets
compasses cookies corals cottages cranes crates crowns cups curtains deserts dictionaries dishes docks dolls domes
doors dresses drums dunes elevators engines envelopes fairs farms feathers fences ferries festivals flags flutes
fountains frescoes gardens gates gems goats grapes guitars hammers harps hats hedges herbs hills hives hotels houses
icebergs islands jars jewels kettles keys kites knots ladders lakes lamps lanterns leaves lemons lighthouses lilies
looms magazines marbles masks mazes medals menus mills mirrors moths motors museums mushrooms nests notebooks nurseries
oaks oars onions orchids ovens owls palaces parks pastures pebbles pens pianos pigeons plates plazas ponds postcards
potteries quilts rafts railways ribbons ridges rings roofs ropes roses rugs sails saddles schools shells shelves
shields ships shops signs sonnets speeches spices springs squares stables stairs stamps statues stoves streets swans
temples tents theaters tiles timetables towers toys trails trams trees trunks tulips valleys vases vaults villages
vineyards violins wagons walls watches waterfalls wells whistles willows windows wolves workshops yachts
""")

VERBS: Final = list_words("""
align decouple fuse refine merge rank score route mask gate sample replay distill compress quantize prune stabilize
regularize calibrate normalize project embed factorize decompose segment track localize register annotate verify audit
attribute steer probe interpret edit translate summarize paraphrase retrieve index cluster hash aggregate smooth
denoise restore enhance synthesize simulate render animate imitate plan schedule coordinate negotiate delegate
supervise debate critique revise repair diagnose anticipate detect classify regress estimate bound certify perturb
randomize augment balance reweight stratify partition traverse expand contract unroll truncate anneal bootstrap warm
absorb propagate broadcast isolate entangle bridge anchor ground condition modulate accelerate amortize tokenize encode
decode adjust admit adopt alter amend arrange assess assign attach avoid blend block boost bundle capture carve chain
chart check clean clip collect combine compare compile compute connect convert copy correct count cover craft cross
deduce defer delay derive design direct divide draft duplicate ease elicit embrace emit enable enrich enter equip erase
evoke exploit explore expose extract favor fetch filter fix flag flatten flip focus fold follow frame free gather gauge
guard guess guide halt handle ignore infer inform inject inspect inspire invert invoke join judge label launch layer
learn lift limit link list loop lower map match measure mend mine mirror mix model monitor mount move name narrow nudge
observe order pack pair parse patch perceive permute pick place point polish pool portray predict prefer preserve price
print prioritize produce protect prove question raise reach rearrange recall recover reduce reflect reject relabel
relate release remove rename repeat replace report reshape resolve reuse reveal reverse rotate scale scan search select
separate shape share shift sift signal simplify sketch skip slice soften solve sort stack stage store stretch study
substitute sum survey sustain swap test trace trade train transfer transform transpose trust tune uncover unfold unify
unlock update use value vary view watch weigh widen wrap
""")

ADVERBS: Final = list_words("""
gradually jointly sparsely implicitly explicitly adaptively faithfully cheaply reliably uniformly selectively lazily
greedily recursively iteratively provably empirically markedly steadily sharply mildly noticeably quietly swiftly
smoothly coherently robustly densely locally globally partially strictly loosely tightly rarely repeatedly manually
precisely roughly remarkably uniquely separately
""")

MEASURES: Final = list_words("""
accuracy recall precision fidelity latency throughput perplexity coverage calibration robustness consistency coherence
diversity novelty fluency realism sharpness regret reward utility fairness toxicity sparsity compactness convergence
stability drift overhead memory bandwidth energy yield alignment agreement correlation sensitivity specificity
granularity legibility readability
""")

FIELDS: Final = list_words("""
vision speech robotics cartography astronomy agronomy ecology hydrology seismology meteorology oncology radiology
cardiology genomics proteomics chemistry metallurgy photonics acoustics musicology linguistics philology epigraphy
archaeology law finance insurance logistics aviation shipping forestry cybersecurity cryptography journalism education
psychometrics economics epidemiology pharmacology neuroscience animation architecture gaming negotiation advertising
tourism retail manufacturing
""")

SIZES: Final = list_words("0.5B 1B 1.5B 3B 4B 7B 8B 9B 13B 14B 32B 70B 72B 110B 235B 400B")

FORMULAS: Final = list_words(r"""
O(n) 1/n n/k k+1 2k d/n O(1/t) n-1 O(kd) n+m k/d O(m+n) 1/k O(d) 3n/4 t/n O(nk) 1/(n+1) k-1 O(1) d+1 m/n O(t/n) 2d
$O(n)$ $k$ $n$ $p(x)$ $L_2$ $k=8$ $\mathcal{O}(n\log{n})$ $\tilde{O}(d^2/\epsilon)$
""")
"""Few of them with a backslash: LaTeX is rare in abstracts; see etl/sample/coinage.py."""
