"""The fitted weights of both readings of :mod:`pipelines.scoring`, by feature.

Made by ``python -m tests.quality.fit``: logistic regressions (L2 penalty) on the blocks of saved news pages with known
answers, each page counting alike. Do not edit by hand.
"""

from __future__ import annotations

from collections.abc import Mapping


def _table(text: str) -> Mapping[str, float]:
    return {name: float(value) for name, _, value in (item.rpartition("=") for item in text.split())}


FIRST: Mapping[str, float] = _table("""
bias=-1.867 all_link.long=0.191 all_link.short=-0.295 at=-0.485 bar=-1.066 bracket=-1.487 capitals=-0.754
colon=-0.216 commas=0.659 copyright=-0.459 dash=-0.137 date=-0.286 description.like=1.804
description.same=0.094 digits=-0.778 emphasis.lead=0.039 emphasis.long=-1.58 emphasis.short=-1.09
half_link.long=-0.184 half_link.short=-0.334 heading=0.105 headline.above=-1.745 headline.far=-0.406
headline.none=0.356 headline.prose<300=0.709 headline.prose<3000=0.311 headline.prose>3000=-0.369
headline<100=-0.137 headline<15=0.377 headline<40=0.467 headline<6=0.35 in.advert=-0.579 in.align=-0.302
in.aside=-2.093 in.biography=-0.799 in.body=0.758 in.box=-1.274 in.bullets=-1.752 in.byline=-2.182
in.caption=-0.04 in.comments=-4.069 in.consent=-2.451 in.embed=1.121 in.footer=-2.809 in.form=-1.77
in.header=-0.821 in.headline=0.081 in.hidden=-1.143 in.image=-0.668 in.label=-0.355 in.layout=-0.578
in.link=-0.689 in.media=-0.168 in.navigation=-0.454 in.newsletter=-1.07 in.note=-0.328 in.overlay=-0.775
in.paragraph=0.565 in.paywall=-1.063 in.related=-1.329 in.share=-0.214 in.standfirst=-0.257 in.tags=-0.153
known=-0.332 label=-2.986 lead.byline=-0.55 lead.byline.short=-1.264 lead.date=-0.033 lead.date.short=-1.384
lead.note=0.163 lead.note.short=-1.424 lead.related=-0.92 lead.related.short=-2.463 linked=-2.242 lower=0.314
many_links=-0.236 media.long=-0.578 media.short=-0.378 open.long=0.573 open.short=0.171 own.advert=-0.566
own.align=-0.17 own.aside=-0.385 own.biography=-0.482 own.body=0.589 own.box=-0.423 own.byline=-1.207
own.caption=-0.995 own.comments=0.59 own.date=-0.486 own.embed=-0.484 own.footer=-0.807 own.form=-0.079
own.header=-0.812 own.headline=-0.77 own.hidden=0.133 own.image=0.037 own.label=-0.54 own.layout=-0.829
own.media=-0.805 own.newsletter=-0.7 own.note=-0.614 own.overlay=-0.705 own.paragraph=0.054 own.paywall=0.87
own.related=-0.628 own.share=-0.663 own.standfirst=-0.188 own.tags=-1.452 question=0.07 quote=-0.049
repeated=-0.504 signature=2.915 signature<.05=0.141 signature<.3=0.932 signature>.3=1.176 size=0.524
size<110=0.183 size<170=0.31 size<20=-0.668 size<260=0.548 size<40=0.312 size<400=0.534 size<70=0.505
slash=-0.667 stops.long=0.971 stops.short=0.534 tag.address=-0.109 tag.article=-1.479 tag.aside=-0.035
tag.blockquote=0.854 tag.caption=0.106 tag.center=-0.331 tag.dd=1.749 tag.div=-0.625 tag.dt=-0.189
tag.figcaption=-0.74 tag.figure=-0.17 tag.footer=-0.383 tag.form=-0.079 tag.h1=-1.033 tag.h2=0.759
tag.h3=0.697 tag.h4=0.628 tag.h5=-0.608 tag.h6=-0.338 tag.header=-0.162 tag.li=0.578 tag.nav=-0.031
tag.p=-0.196 tag.pre=2.213 tag.section=-0.104 tag.td=1.375 tag.th=0.403 tag.ul=-0.44 title.like=-0.479
title.same=-0.113 word.advert=-0.62 word.advert.short=-1.663 word.caption=-0.637 word.caption.short=-1.705
word.comments=-0.838 word.comments.short=-1.089 word.consent=-0.459 word.consent.short=-0.476
word.newsletter=-2.442 word.newsletter.short=-1.838 word.share=0.028 word.share.short=-0.529
""")

SECOND: Mapping[str, float] = _table("""
bias=-0.591 address=0.203 after=-0.624 after.far=-0.163 after.near=-0.461 all_link.long=0.134
all_link.short=-0.058 article.in=-0.322 article.out=-1.395 at=-0.198 bar=-0.18 before=0.18 before.far=0.421
before.near=-0.241 box.article=-0.295 box.aside=0.042 box.blockquote=0.796 box.chance=0.12 box.controls=-0.493
box.div=0.224 box.figure=0.294 box.footer=-0.354 box.headed=-0.026 box.header=-0.306
box.lead.byline.short=-0.286 box.lead.date.short=-0.038 box.lead.note.short=-0.095
box.lead.related.short=-0.373 box.li=-0.59 box.links=-0.858 box.mass=1.038 box.media=-0.097 box.nav=-0.15
box.ol=0.189 box.p=-0.055 box.section=0.16 box.single=0.169 box.table=0.7 box.tr=0.027 box.ul=0.474
box.word.advert=-0.07 box.word.advert.short=-0.031 box.word.caption=-0.082 box.word.caption.short=-0.024
box.word.comments=0.184 box.word.comments.short=-0.077 box.word.consent=-0.046 box.word.newsletter=-0.029
box.word.newsletter.short=-1.122 box.word.share=0.226 box.word.share.short=-0.565 bracket=-0.265
capitals=-0.216 chance=0.947 colon=-0.057 commas=0.22 copyright=0.026 dash=-0.278 description.like=0.048
description.like.out=0.034 description.same=-0.41 description.same.in=0.178 description.same.out=-0.588
digits=-0.185 down0=0.147 down1=0.094 down2=-0.1 down3=0.022 down4=-0.327 emphasis.lead=0.023
emphasis.long=-0.502 emphasis.short=-0.38 ending=-0.269 half_link.long=-0.161 half_link.short=-0.067
heading=0.135 headline.above=-0.834 headline.far=0.256 headline.none=0.263 headline.prose<300=0.378
headline.prose<3000=0.123 headline.prose>3000=-0.094 headline<100=0.346 headline<15=-0.233 headline<40=0.268
headline<6=-0.23 home=0.245 in.advert=-0.053 in.align=0.32 in.aside=0.535 in.biography=-0.101 in.body=-0.284
in.box=-0.206 in.bullets=-0.34 in.byline=-0.19 in.caption=0.041 in.comments=-0.709 in.embed=0.189
in.form=-0.191 in.header=-0.132 in.headline=0.101 in.hidden=0.236 in.image=-0.237 in.label=0.482
in.layout=0.504 in.link=-0.031 in.media=0.038 in.navigation=0.039 in.newsletter=-0.134 in.note=0.11
in.overlay=0.213 in.paragraph=-0.034 in.paywall=-0.173 in.related=-0.154 in.share=0.045 in.standfirst=-0.058
in.tags=-0.221 known=-0.079 label=0.295 label.bad=-0.434 label.good=0.18 lead.byline=-0.17
lead.byline.short=-0.25 lead.date.short=-0.331 lead.note=0.142 lead.note.short=-0.211 lead.related=-0.24
lead.related.short=-0.236 linked=-0.256 logit=2.793 lower=0.076 many_links=0.037 media.long=-0.23
media.short=-0.335 next.chance=0.525 next.heading=-0.311 next.media=-0.165 next.none=-0.142
next.sibling=-0.136 next2.chance=0.336 next2.heading=0.081 next2.media=0.287 next2.none=-0.132
next2.sibling=0.22 open.long=-0.106 open.short=-0.299 opening=0.253 outside.after=-0.41
outside.after.full=-0.266 outside.after.heading=-0.435 outside.after.many=-0.553 outside.after.one=0.023
outside.after.other=-0.026 outside.after.p=0.052 outside.after.two=0.12 outside.before=-0.215
outside.before.full=-0.307 outside.before.heading=-0.239 outside.before.many=-0.221 outside.before.one=0.241
outside.before.other=-0.285 outside.before.p=0.308 outside.before.two=-0.235 own.advert=-0.213
own.align=-0.022 own.aside=-0.121 own.biography=-0.037 own.body=0.188 own.box=-0.153 own.byline=-0.241
own.caption=-0.337 own.comments=0.184 own.consent=0.075 own.date=-0.075 own.embed=-0.088 own.footer=-0.198
own.header=-0.039 own.hidden=-0.037 own.image=-0.175 own.label=-0.301 own.layout=-0.128 own.link=0.023
own.media=-0.064 own.newsletter=-0.118 own.note=-0.106 own.overlay=-0.12 own.paragraph=0.027 own.paywall=0.214
own.related=-0.162 own.share=-0.111 own.standfirst=0.031 own.tags=-0.348 parent.links=-0.044
previous.chance=0.382 previous.heading=-0.038 previous.lead.byline=0.024 previous.lead.byline.short=0.319
previous.lead.date.short=-0.295 previous.lead.note=-0.028 previous.lead.note.short=-0.25
previous.lead.related.short=0.04 previous.media=-0.184 previous.none=-0.29 previous.sibling=0.084
previous.word.advert.short=0.222 previous.word.caption=0.225 previous.word.caption.short=0.028
previous.word.comments=-0.073 previous.word.comments.short=-0.277 previous.word.consent=-0.061
previous.word.consent.short=-0.22 previous.word.newsletter=-0.138 previous.word.newsletter.short=-0.692
previous.word.share=0.081 previous.word.share.short=-0.491 previous2.chance=0.398 previous2.heading=0.102
previous2.media=0.385 previous2.none=-0.227 previous2.sibling=-0.106 question=-0.14 quote=-0.211
repeated=-0.155 share=1.12 share<.05=-0.225 share<.2=-0.133 share<.5=-0.028 share>.5=0.222 signature=-0.312
signature<.05=0.185 signature<.3=0.194 signature>.3=-0.838 size=0.248 size<110=-0.13 size<170=-0.03
size<20=-0.318 size<260=0.052 size<40=-0.165 size<400=0.084 size<70=-0.2 slash=-0.259 stops.long=-0.079
stops.short=0.025 tag.address=-0.024 tag.article=-0.184 tag.aside=-0.026 tag.blockquote=0.054
tag.caption=0.023 tag.center=-0.058 tag.dd=0.186 tag.div=-0.284 tag.dt=-0.053 tag.figcaption=-0.323
tag.figure=-0.087 tag.footer=-0.09 tag.h1=-0.204 tag.h2=0.079 tag.h3=0.195 tag.h4=0.415 tag.h5=-0.138
tag.h6=-0.212 tag.header=-0.041 tag.li=0.095 tag.p=-0.234 tag.pre=0.158 tag.section=0.052 tag.td=0.331
tag.th=0.092 tag.ul=-0.164 title.like=-0.05 title.like.in=0.03 title.like.out=-0.08 title.same=0.125
up0=-0.083 up1=0.069 up2=-0.196 up3=0.045 word.advert=0.064 word.advert.short=-0.487 word.caption=-0.031
word.caption.short=-0.44 word.comments=-0.135 word.comments.short=-0.186 word.consent=-0.056
word.consent.short=-0.053 word.newsletter=-0.406 word.newsletter.short=-0.183 word.share=0.233
word.share.short=0.023
""")
