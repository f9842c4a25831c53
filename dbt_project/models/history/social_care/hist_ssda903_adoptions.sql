-- One row per child of one SSDA903 version whose episode ended with adoption,
-- on the date of the order (DEC), with the child's row of AD1.
with

adopted as (
    select *
    from {{ ref('stg_ssda903__episodes') }}
    where
        end_reason_code in ('E11', 'E12')
        and (
            legal_status_code is null
            or legal_status_code not in ('V3', 'V4')
        )
),

described as (
    select
        adopted.submission_id,
        adopted.row_id,
        adopted.child_key,
        adopted.end_date as order_date,
        ad1.match_date,
        ad1.is_foster_carer_adoption,
        {{ is_unread(['match_date', 'is_foster_carer_adoption'], of='ad1') }}
            as is_unread,
        cast(null as date) as entered_care_date,
        cast(null as date) as placement_order_date,
        cast(null as date) as placed_date,
        cast(null as date) as foster_for_adoption_date
    from adopted
    left join {{ ref('stg_ssda903__ad1') }} as ad1
        on
            adopted.submission_id = ad1.submission_id
            and adopted.child_key = ad1.child_key
)

select * from described
