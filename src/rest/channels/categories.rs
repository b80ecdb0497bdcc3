//! Sidebar categories.
//!
//! Categories belong to a user in a team. For other users, the routes require the permission `edit_other_users`.

use super::Channels;
use crate::error::Result;
use crate::model::{
    CategoryId, OrderedSidebarCategories, SidebarCategory, SidebarCategoryDraft, TeamId, UserId,
};

impl Channels<'_> {
    /// Lists all categories in display order.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/channels/categories`
    ///
    /// Required permission: `list_team_channels`. Since server 5.26.
    #[doc(alias = "GetSidebarCategoriesForTeamForUser")]
    #[inline]
    pub fn list_categories(&self, user: &UserId, team: &TeamId) -> Result<OrderedSidebarCategories> {
        self.0.get("/users/{user_id}/teams/{team_id}/channels/categories", &[user, team]).decode()
    }

    /// Gets a category.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/channels/categories/{category_id}`
    ///
    /// Required permission: `list_team_channels`. Since server 5.26.
    #[doc(alias = "GetSidebarCategoryForTeamForUser")]
    #[inline]
    pub fn get_category(
        &self,
        user: &UserId,
        team: &TeamId,
        category: &CategoryId,
    ) -> Result<SidebarCategory> {
        let template = "/users/{user_id}/teams/{team_id}/channels/categories/{category_id}";
        self.0.get(template, &[user, team, category]).decode()
    }

    /// Creates a category.
    ///
    /// `POST /users/{user_id}/teams/{team_id}/channels/categories`
    ///
    /// Required permission: `list_team_channels`. Since server 5.26.
    #[doc(alias = "CreateSidebarCategoryForTeamForUser")]
    #[inline]
    pub fn create_category(&self, draft: &SidebarCategoryDraft) -> Result<SidebarCategory> {
        let template = "/users/{user_id}/teams/{team_id}/channels/categories";
        self.0.post(template, &[&draft.user_id, &draft.team_id]).json(draft).decode()
    }

    /// Replaces a category, including its channels. Start from the result of
    /// [`get_category`](Self::get_category).
    ///
    /// `PUT /users/{user_id}/teams/{team_id}/channels/categories/{category_id}`
    ///
    /// Required permission: `list_team_channels`. Since server 5.26.
    #[doc(alias = "UpdateSidebarCategoryForTeamForUser")]
    #[inline]
    pub fn update_category(&self, category: &SidebarCategory) -> Result<SidebarCategory> {
        let template = "/users/{user_id}/teams/{team_id}/channels/categories/{category_id}";
        self.0.put(template, &[&category.user_id, &category.team_id, &category.id]).json(category).decode()
    }

    /// Replaces several categories.
    ///
    /// `PUT /users/{user_id}/teams/{team_id}/channels/categories`
    ///
    /// Required permission: `list_team_channels`. Since server 5.26.
    #[doc(alias = "UpdateSidebarCategoriesForTeamForUser")]
    #[inline]
    pub fn update_categories(
        &self,
        user: &UserId,
        team: &TeamId,
        categories: &[SidebarCategory],
    ) -> Result<Vec<SidebarCategory>> {
        let template = "/users/{user_id}/teams/{team_id}/channels/categories";
        self.0.put(template, &[user, team]).json(&categories).decode()
    }

    /// Deletes a custom category. Its channels return to their default categories.
    ///
    /// `DELETE /users/{user_id}/teams/{team_id}/channels/categories/{category_id}`
    ///
    /// Required permission: `list_team_channels`. Since server 5.26.
    #[doc(alias = "RemoveSidebarCategoryForTeamForUser")]
    #[inline]
    pub fn delete_category(&self, user: &UserId, team: &TeamId, category: &CategoryId) -> Result<()> {
        let template = "/users/{user_id}/teams/{team_id}/channels/categories/{category_id}";
        self.0.delete(template, &[user, team, category]).send()
    }

    /// Gets the order of the categories.
    ///
    /// `GET /users/{user_id}/teams/{team_id}/channels/categories/order`
    ///
    /// Required permission: `list_team_channels`. Since server 5.26.
    #[doc(alias = "GetSidebarCategoryOrderForTeamForUser")]
    #[inline]
    pub fn category_order(&self, user: &UserId, team: &TeamId) -> Result<Vec<CategoryId>> {
        self.0.get("/users/{user_id}/teams/{team_id}/channels/categories/order", &[user, team]).decode()
    }

    /// Sets the order of the categories. All of them must be listed.
    ///
    /// `PUT /users/{user_id}/teams/{team_id}/channels/categories/order`
    ///
    /// Required permission: `list_team_channels`. Since server 5.26.
    #[doc(alias = "UpdateSidebarCategoryOrderForTeamForUser")]
    #[inline]
    pub fn set_category_order(
        &self,
        user: &UserId,
        team: &TeamId,
        order: &[CategoryId],
    ) -> Result<Vec<CategoryId>> {
        let template = "/users/{user_id}/teams/{team_id}/channels/categories/order";
        self.0.put(template, &[user, team]).json(&order).decode()
    }
}
