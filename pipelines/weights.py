"""The fitted weights of both readings of :mod:`pipelines.scoring`, by feature.

Made by ``python -m tests.quality.fit``: logistic regressions (L2 penalty) on the blocks of saved news pages with known
answers, each page counting alike. Do not edit by hand.
"""

from __future__ import annotations

from collections.abc import Mapping


def _table(text: str) -> Mapping[str, float]:
    return {name: float(value) for name, _, value in (item.rpartition("=") for item in text.split())}


FIRST: Mapping[str, float] = _table("""
bias=-1.952 address=-0.033 all_link.long=0.181 all_link.short=-0.309 at=-0.462 bar=-1.206 bracket=-1.481
capitals=-0.737 colon=-0.195 commas=0.678 copyright=-0.474 dash=-0.142 date=-0.304 description.like=1.963
description.same=0.088 digits=-0.794 emphasis.long=-1.571 emphasis.short=-1.065 half_link.long=-0.194
half_link.short=-0.341 heading=0.065 headline.above=-1.771 headline.far=-0.369 headline.none=0.076
headline.prose<300=0.782 headline.prose<3000=0.38 headline.prose>3000=-0.274 headline<100=-0.117
headline<15=0.417 headline<40=0.523 headline<6=0.435 in.advert=-0.578 in.align=-0.272 in.aside=-2.078
in.biography=-0.792 in.body=0.747 in.box=-1.251 in.bullets=-1.76 in.byline=-2.198 in.comments=-3.983
in.consent=-2.457 in.embed=1.175 in.footer=-2.798 in.form=-1.783 in.header=-0.841 in.headline=0.135
in.hidden=-1.12 in.image=-0.674 in.label=-0.333 in.layout=-0.577 in.link=-0.686 in.media=-0.179
in.navigation=-0.402 in.newsletter=-1.085 in.note=-0.328 in.overlay=-0.786 in.paragraph=0.601
in.paywall=-1.085 in.related=-1.349 in.share=-0.22 in.standfirst=-0.282 in.tags=-0.176 known=-0.331
label=-3.024 lead.byline=-0.558 lead.byline.short=-1.268 lead.date=-0.033 lead.date.short=-1.377
lead.note=0.144 lead.note.short=-1.384 lead.related=-0.915 lead.related.short=-2.48 linked=-2.238 lower=0.309
many_links=-0.243 media.long=-0.591 media.short=-0.38 open.long=0.561 open.short=0.161 own.advert=-0.565
own.align=-0.045 own.aside=-0.391 own.biography=-0.477 own.body=0.597 own.box=-0.431 own.byline=-1.207
own.caption=-1.029 own.comments=0.566 own.date=-0.486 own.embed=-0.475 own.footer=-0.804 own.form=-0.078
own.header=-0.765 own.headline=-0.789 own.hidden=0.102 own.image=0.033 own.label=-0.536 own.layout=-0.856
own.link=-0.111 own.media=-0.779 own.newsletter=-0.711 own.note=-0.586 own.overlay=-0.699 own.paragraph=0.061
own.paywall=0.878 own.related=-0.636 own.share=-0.642 own.standfirst=-0.212 own.tags=-1.422 question=0.133
quote=-0.038 repeated=-0.499 signature=2.87 signature<.05=0.132 signature<.3=0.913 signature>.3=1.172
size=0.498 size<110=0.206 size<170=0.315 size<20=-0.674 size<260=0.536 size<40=0.285 size<400=0.545
size<70=0.506 slash=-0.613 stops.long=0.972 stops.short=0.522 tag.address=-0.112 tag.article=-1.457
tag.aside=-0.034 tag.blockquote=0.844 tag.caption=0.102 tag.center=-0.328 tag.dd=1.784 tag.div=-0.638
tag.dt=-0.174 tag.figcaption=-0.748 tag.figure=-0.17 tag.footer=-0.384 tag.form=-0.077 tag.h1=-1.105
tag.h2=0.765 tag.h3=0.705 tag.h4=0.632 tag.h5=-0.623 tag.h6=-0.309 tag.header=-0.162 tag.li=0.594
tag.nav=-0.029 tag.p=-0.22 tag.pre=2.21 tag.section=-0.106 tag.td=1.358 tag.th=0.393 tag.ul=-0.433
title.like=-0.465 word.advert=-0.626 word.advert.short=-1.671 word.caption=-0.652 word.caption.short=-1.707
word.comments=-0.782 word.comments.short=-1.087 word.consent=-0.469 word.consent.short=-0.47
word.newsletter=-2.472 word.newsletter.short=-1.867 word.share=0.021 word.share.short=-0.536
""")

SECOND: Mapping[str, float] = _table("""
bias=-0.565 address=0.224 after=-0.602 after.far=-0.151 after.near=-0.451 all_link.long=0.124
all_link.short=-0.063 article.in=-0.315 article.out=-1.422 at=-0.193 bar=-0.226 before=0.165 before.far=0.364
before.near=-0.199 box.article=-0.311 box.aside=0.043 box.blockquote=0.761 box.chance=0.151
box.controls=-0.479 box.div=0.213 box.figure=0.292 box.footer=-0.335 box.headed=-0.033 box.header=-0.309
box.lead.byline.short=-0.271 box.lead.date.short=-0.037 box.lead.note.short=-0.086
box.lead.related.short=-0.374 box.li=-0.587 box.links=-0.844 box.mass=1.036 box.media=-0.111 box.nav=-0.143
box.ol=0.161 box.p=-0.054 box.section=0.126 box.single=0.151 box.table=0.669 box.tr=0.033 box.ul=0.433
box.word.advert=-0.068 box.word.advert.short=-0.022 box.word.caption=-0.078 box.word.caption.short=-0.023
box.word.comments=0.172 box.word.comments.short=-0.066 box.word.consent=-0.045 box.word.newsletter=-0.039
box.word.newsletter.short=-1.117 box.word.share=0.209 box.word.share.short=-0.578 bracket=-0.256
capitals=-0.196 chance=0.952 colon=-0.052 commas=0.246 dash=-0.261 description.like=0.029
description.same=-0.401 description.same.in=0.183 description.same.out=-0.584 digits=-0.175 down0=0.145
down1=0.066 down2=-0.103 down4=-0.311 emphasis.lead=0.036 emphasis.long=-0.5 emphasis.short=-0.34
ending=-0.297 half_link.long=-0.151 half_link.short=-0.065 heading=0.144 headline.above=-0.788
headline.far=0.25 headline.none=0.248 headline.prose<300=0.356 headline.prose<3000=0.107
headline.prose>3000=-0.106 headline<100=0.346 headline<15=-0.218 headline<40=0.242 headline<6=-0.264
home=0.238 in.advert=-0.061 in.align=0.313 in.aside=0.588 in.biography=-0.091 in.body=-0.25 in.box=-0.211
in.bullets=-0.322 in.byline=-0.196 in.caption=0.05 in.comments=-0.746 in.embed=0.189 in.form=-0.184
in.header=-0.136 in.headline=0.124 in.hidden=0.238 in.image=-0.239 in.label=0.512 in.layout=0.451
in.link=-0.038 in.media=0.031 in.navigation=0.025 in.newsletter=-0.134 in.note=0.112 in.overlay=0.192
in.paywall=-0.161 in.related=-0.155 in.share=0.041 in.standfirst=-0.047 in.tags=-0.217 known=-0.075
label=0.253 label.bad=-0.411 label.good=0.188 lead.byline=-0.171 lead.byline.short=-0.239
lead.date.short=-0.307 lead.note=0.131 lead.note.short=-0.198 lead.related=-0.23 lead.related.short=-0.228
linked=-0.251 logit=2.733 lower=0.093 many_links=0.039 media.long=-0.235 media.short=-0.336 next.chance=0.514
next.heading=-0.31 next.media=-0.15 next.none=-0.119 next.sibling=-0.121 next2.chance=0.319
next2.heading=0.082 next2.media=0.288 next2.none=-0.107 next2.sibling=0.198 open.long=-0.106 open.short=-0.304
opening=0.279 outside.after=-0.436 outside.after.full=-0.313 outside.after.heading=-0.416
outside.after.many=-0.512 outside.after.one=-0.021 outside.after.p=-0.029 outside.after.two=0.098
outside.before=-0.205 outside.before.full=-0.314 outside.before.heading=-0.191 outside.before.many=-0.156
outside.before.one=0.224 outside.before.other=-0.322 outside.before.p=0.308 outside.before.two=-0.273
own.advert=-0.207 own.align=0.031 own.aside=-0.117 own.biography=-0.034 own.body=0.189 own.box=-0.145
own.byline=-0.236 own.caption=-0.335 own.comments=0.18 own.consent=0.033 own.date=-0.064 own.embed=-0.092
own.footer=-0.193 own.header=-0.024 own.hidden=-0.047 own.image=-0.17 own.label=-0.294 own.layout=-0.136
own.link=-0.045 own.media=-0.056 own.newsletter=-0.116 own.note=-0.091 own.overlay=-0.116 own.paragraph=0.049
own.paywall=0.202 own.related=-0.166 own.share=-0.099 own.standfirst=0.046 own.tags=-0.33 parent.links=-0.05
previous.chance=0.383 previous.lead.byline=0.021 previous.lead.byline.short=0.326
previous.lead.date.short=-0.291 previous.lead.note=-0.028 previous.lead.note.short=-0.237
previous.lead.related.short=0.029 previous.media=-0.186 previous.none=-0.263 previous.sibling=0.094
previous.word.advert.short=0.226 previous.word.caption=0.24 previous.word.caption.short=0.056
previous.word.comments=-0.068 previous.word.comments.short=-0.265 previous.word.consent=-0.058
previous.word.consent.short=-0.207 previous.word.newsletter=-0.129 previous.word.newsletter.short=-0.713
previous.word.share=0.081 previous.word.share.short=-0.504 previous2.chance=0.4 previous2.heading=0.112
previous2.media=0.393 previous2.none=-0.22 previous2.sibling=-0.124 question=-0.097 quote=-0.195
repeated=-0.175 share=1.119 share<.05=-0.251 share<.2=-0.144 share<.5=-0.033 share>.5=0.245 signature=-0.339
signature<.05=0.194 signature<.3=0.211 signature>.3=-0.841 size=0.241 size<110=-0.127 size<170=-0.042
size<20=-0.328 size<260=0.068 size<40=-0.158 size<400=0.096 size<70=-0.186 slash=-0.254 stops.long=-0.045
tag.address=-0.025 tag.article=-0.16 tag.aside=-0.025 tag.blockquote=0.045 tag.caption=0.022 tag.center=-0.055
tag.dd=0.184 tag.div=-0.288 tag.dt=-0.059 tag.figcaption=-0.318 tag.figure=-0.086 tag.footer=-0.088
tag.h1=-0.217 tag.h2=0.05 tag.h3=0.175 tag.h4=0.392 tag.h5=-0.128 tag.h6=-0.128 tag.header=-0.037 tag.li=0.092
tag.p=-0.239 tag.pre=0.155 tag.section=0.059 tag.td=0.337 tag.th=0.084 tag.ul=-0.159 title.like=-0.048
title.like.in=0.028 title.like.out=-0.076 title.same=0.144 up0=-0.107 up1=0.051 up2=-0.198 up3=0.071
word.advert=0.059 word.advert.short=-0.478 word.caption=-0.033 word.caption.short=-0.438 word.comments=-0.132
word.comments.short=-0.187 word.consent=-0.053 word.consent.short=-0.05 word.newsletter=-0.391
word.newsletter.short=-0.178 word.share=0.221 word.share.short=0.03
""")
