"""The fitted weights of both readings of :mod:`pipelines.scoring`, by feature.

Made by ``python -m tests.quality.fit``: logistic regressions (L2 penalty) on the blocks of saved news pages with known
answers, each page counting alike. Do not edit by hand.
"""

from __future__ import annotations

from collections.abc import Mapping


def _table(text: str) -> Mapping[str, float]:
    return {name: float(value) for name, _, value in (item.rpartition("=") for item in text.split())}


FIRST: Mapping[str, float] = _table("""
address=0.082 all_link.long=0.2 all_link.short=-0.433 at=-0.418 bar=-1.079 bias=-2.347 bracket=-0.865
capitals=-0.706 colon=-0.218 commas=0.617 copyright=-0.552 dash=-0.082 date=-0.193 description.like=1.713
description.same=0.035 digits=-0.878 emphasis.lead=0.03 emphasis.long=-1.547 emphasis.short=-0.921
half_link.long=-0.156 half_link.short=-0.177 heading=0.236 headline.above=-1.567 headline.far=-0.564
headline.none=0.576 headline.prose<300=0.795 headline.prose<3000=0.427 headline.prose>3000=-0.23
headline<100=-0.057 headline<15=0.537 headline<40=0.606 headline<6=0.47 in.advert=-0.573 in.align=-0.297
in.aside=-2.009 in.biography=-0.868 in.body=0.673 in.box=-1.239 in.bullets=-1.706 in.byline=-2.103
in.caption=-0.225 in.comments=-4.035 in.consent=-2.351 in.date=0.163 in.embed=1.1 in.footer=-2.843
in.form=-1.704 in.header=-0.884 in.headline=0.076 in.hidden=-1.065 in.image=-0.568 in.label=-0.341
in.layout=-0.541 in.link=-0.727 in.media=-0.113 in.navigation=-0.425 in.newsletter=-0.975 in.note=-0.403
in.overlay=-0.754 in.paragraph=0.294 in.paywall=-1.025 in.related=-1.423 in.share=-0.169 in.standfirst=-0.133
in.tags=-0.274 known=-0.345 label=-2.711 lead.byline=-0.624 lead.byline.short=-1.194 lead.date=-0.047
lead.date.short=-1.321 lead.note=0.114 lead.note.short=-1.387 lead.related=-1.032 lead.related.short=-2.507
linked=-2.123 lower=0.318 many_links=-0.262 media.long=-0.513 media.short=-0.329 open.long=0.74
open.short=0.286 own.advert=-0.559 own.align=-0.183 own.aside=-0.41 own.biography=-0.354 own.body=0.564
own.box=-0.635 own.byline=-1.137 own.caption=-0.955 own.comments=0.6 own.consent=0.044 own.date=-0.543
own.embed=-0.3 own.footer=-0.801 own.form=-0.096 own.header=-0.761 own.headline=-0.804 own.hidden=0.08
own.image=0.111 own.label=-0.587 own.layout=-0.828 own.link=-0.1 own.media=-0.817 own.navigation=0.03
own.newsletter=-0.687 own.note=-0.641 own.overlay=-0.744 own.paragraph=0.189 own.paywall=1.068
own.related=-0.645 own.share=-0.724 own.standfirst=-0.115 own.tags=-1.536 question=0.181 quote=0.02
repeated=-0.508 signature=2.332 signature<.05=0.19 signature<.3=1.04 signature>.3=1.481 size=0.559
size<110=0.221 size<170=0.419 size<20=-0.585 size<260=0.626 size<40=0.381 size<400=0.596 size<70=0.494
slash=-0.638 stops.long=1.109 stops.short=0.575 tag.address=-0.1 tag.article=-1.527 tag.aside=0.081
tag.blockquote=1.076 tag.caption=0.115 tag.center=-0.397 tag.dd=1.856 tag.div=-0.558 tag.dt=-0.257
tag.figcaption=-0.924 tag.figure=-0.256 tag.footer=-0.4 tag.form=-0.095 tag.h1=-0.955 tag.h2=0.713
tag.h3=0.798 tag.h4=0.647 tag.h5=-0.572 tag.h6=-0.394 tag.header=-0.2 tag.li=0.747 tag.nav=-0.036 tag.p=-0.093
tag.pre=2.131 tag.section=-0.054 tag.td=1.51 tag.th=0.452 tag.ul=-0.539 title.like=-0.434 title.same=-0.224
word.advert=-0.55 word.advert.short=-1.374 word.caption=-0.777 word.caption.short=-1.563 word.comments=-0.825
word.comments.short=-1.051 word.consent=-0.484 word.consent.short=-0.506 word.newsletter=-2.317
word.newsletter.short=-1.655 word.share=-0.075 word.share.short=-0.525
""")

SECOND: Mapping[str, float] = _table("""
address=0.386 after=-0.633 after.far=-0.126 after.near=-0.507 all_link.long=0.348 all_link.short=-0.116
article.in=-0.388 article.out=-1.981 at=-0.335 bar=-0.381 before=0.226 before.far=0.401 before.near=-0.176
bias=-0.978 box.article=-0.365 box.aside=0.262 box.blockquote=1.435 box.chance=-0.341 box.controls=-0.553
box.div=0.353 box.figure=0.553 box.footer=-0.611 box.headed=0.125 box.header=-0.356
box.lead.byline.short=-0.685 box.lead.date.short=-0.128 box.lead.note.short=-0.209
box.lead.related.short=-0.568 box.li=-0.844 box.links=-1.093 box.mass=1.886 box.media=-0.085 box.nav=-0.314
box.ol=0.702 box.p=-0.098 box.section=-0.481 box.single=0.404 box.table=1.663 box.tr=0.18 box.ul=0.945
box.word.advert=-0.222 box.word.advert.short=-0.089 box.word.caption=-0.223 box.word.comments=0.518
box.word.comments.short=-0.193 box.word.consent=-0.085 box.word.newsletter=0.055
box.word.newsletter.short=-1.881 box.word.share=0.527 box.word.share.short=-0.789 bracket=-0.087
capitals=-0.287 chance=0.874 colon=-0.115 commas=0.323 copyright=0.045 dash=-0.443 date=0.077
description.like=-0.064 description.like.out=-0.068 description.same=-0.439 description.same.in=0.367
description.same.out=-0.806 digits=-0.482 down0=0.294 down1=0.126 down2=-0.085 down3=-0.021 down4=-0.314
emphasis.lead=0.081 emphasis.long=-0.554 emphasis.short=-0.445 ending=-0.295 half_link.long=-0.405
heading=-0.024 headline.above=-0.879 headline.far=0.293 headline.none=0.659 headline.prose<300=0.375
headline.prose<3000=0.036 headline.prose>3000=-0.192 headline<100=0.412 headline<15=-0.339 headline<40=0.29
headline<6=-0.435 home=0.381 in.advert=0.055 in.align=0.44 in.aside=0.82 in.biography=-0.122 in.body=-0.324
in.box=-0.268 in.bullets=-0.859 in.byline=-0.142 in.caption=-0.068 in.comments=-0.717 in.date=0.052
in.embed=0.416 in.footer=0.23 in.form=-0.468 in.header=-0.09 in.headline=0.198 in.hidden=0.323 in.image=-0.224
in.label=0.748 in.layout=0.661 in.link=0.196 in.media=0.206 in.navigation=0.209 in.newsletter=-0.303
in.note=0.243 in.overlay=0.243 in.paragraph=-0.182 in.paywall=-0.388 in.related=-0.37 in.share=-0.044
in.standfirst=0.046 in.tags=-0.658 known=-0.216 label=0.647 label.bad=-0.299 label.good=0.296
lead.byline=-0.461 lead.byline.short=-0.49 lead.date=0.065 lead.date.short=-0.777 lead.note=0.366
lead.note.short=-0.413 lead.related=-0.568 lead.related.short=-0.417 linked=-0.065 logit=3.276 lower=0.097
media.long=-0.31 media.short=-0.389 next.chance=0.653 next.heading=-0.26 next.media=-0.184 next.none=-0.348
next.sibling=-0.243 next2.chance=0.318 next2.heading=0.194 next2.media=0.287 next2.none=-0.137
next2.sibling=0.297 open.long=-0.174 open.short=-0.298 opening=0.523 outside.after=-0.568
outside.after.full=-0.21 outside.after.heading=-0.798 outside.after.many=-0.943 outside.after.one=0.136
outside.after.other=0.153 outside.after.p=0.077 outside.after.two=0.239 outside.before.full=-0.45
outside.before.heading=-0.218 outside.before.many=-0.254 outside.before.one=0.171 outside.before.other=-0.173
outside.before.p=0.383 outside.before.two=0.075 own.advert=-0.443 own.align=-0.027 own.aside=-0.304
own.biography=-0.077 own.body=0.342 own.box=-0.478 own.byline=-0.547 own.caption=-0.28 own.comments=0.469
own.consent=0.113 own.date=-0.239 own.embed=0.062 own.footer=-0.368 own.header=-0.16 own.headline=0.22
own.hidden=0.054 own.image=-0.143 own.label=-0.38 own.layout=-0.131 own.media=-0.066 own.navigation=0.045
own.newsletter=-0.279 own.note=-0.246 own.overlay=-0.305 own.paywall=0.37 own.related=-0.271 own.share=-0.319
own.standfirst=0.174 own.tags=-0.792 parent.links=0.051 previous.chance=0.478 previous.lead.byline=0.139
previous.lead.byline.short=0.461 previous.lead.date=0.036 previous.lead.date.short=-0.407
previous.lead.note=-0.042 previous.lead.note.short=-0.406 previous.lead.related=-0.061
previous.lead.related.short=0.181 previous.media=-0.153 previous.none=-0.732 previous.word.advert=0.051
previous.word.advert.short=0.466 previous.word.caption=0.118 previous.word.comments=-0.295
previous.word.comments.short=-0.508 previous.word.consent=-0.129 previous.word.consent.short=-0.574
previous.word.newsletter=-0.132 previous.word.newsletter.short=-0.825 previous.word.share=0.041
previous.word.share.short=-0.573 previous2.chance=0.508 previous2.heading=0.301 previous2.media=0.336
previous2.none=-0.324 question=-0.191 quote=-0.384 repeated=-0.125 share=2.292 share<.2=0.051 share>.5=-0.031
signature=-1.075 signature<.05=0.262 signature<.3=0.187 signature>.3=-1.096 size=0.138 size<110=-0.073
size<170=0.073 size<20=-0.35 size<260=0.072 size<40=-0.302 size<400=0.071 size<70=-0.276 slash=-0.395
stops.long=-0.202 stops.short=0.026 tag.address=-0.039 tag.article=-0.481 tag.aside=0.05 tag.blockquote=0.262
tag.caption=0.113 tag.center=-0.154 tag.dd=0.583 tag.div=-0.269 tag.dt=-0.189 tag.figcaption=-0.565
tag.figure=-0.158 tag.footer=-0.161 tag.h1=-0.347 tag.h2=0.116 tag.h3=0.381 tag.h4=0.784 tag.h5=-0.32
tag.h6=-0.638 tag.header=-0.116 tag.li=0.134 tag.p=-0.106 tag.pre=0.351 tag.td=0.406 tag.th=0.212
tag.ul=-0.471 title.like=-0.041 title.like.in=0.125 title.like.out=-0.165 title.same=0.179 up0=-0.028 up1=0.31
up2=-0.412 up3=0.13 word.advert=0.149 word.advert.short=-0.89 word.caption=-0.04 word.caption.short=-0.623
word.comments=-0.282 word.comments.short=-0.33 word.consent=-0.164 word.consent.short=-0.149
word.newsletter=-0.681 word.newsletter.short=-0.298 word.share=0.325 word.share.short=-0.044
""")
