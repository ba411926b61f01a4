"""The stages of a plan, a file each: what happens on entry, the deadline, its ladder, and the moves."""

from collections.abc import Mapping

from shared.contracts.words import Milestone, Stage
from workflows.stages.closing import Closing
from workflows.stages.drafting import Drafting
from workflows.stages.plan_stage import PlanStage
from workflows.stages.review import Review
from workflows.stages.scored import Scored
from workflows.stages.tracking import Tracking

STAGES: Mapping[Stage, PlanStage] = {
    Stage.DRAFTING: Drafting(),
    Stage.HR_REVIEW: Review(Milestone.HR_REVIEW_DUE),
    Stage.LEADER_REVIEW: Review(Milestone.LEADER_REVIEW_DUE),
    Stage.TRACKING: Tracking(),
    Stage.CLOSING: Closing(),
    Stage.SCORED: Scored(),
} | {stage: PlanStage() for stage in Stage if stage.ended}
